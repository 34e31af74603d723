namespace LlmKube.Repository.Tests.Rbac;

/// <summary>Waits for what roles do while they run.</summary>
internal static class Work
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Returns when it holds; fails in time, and at once with the roles when they fail.</summary>
    public static async Task UntilAsync(Task roles, Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(s_patience, TimeProvider.System);
        while (!await holds())
        {
            if (roles.IsCompleted)
            {
                await roles;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }
}
