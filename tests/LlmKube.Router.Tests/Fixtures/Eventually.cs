namespace LlmKube.Router.Tests.Fixtures;

/// <summary>Waits for conditions instead of for time.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    public static async Task BecomesTrueAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        while (!condition())
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"This did not become true within {Deadline}: {what}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>The task's result, or a failure after the deadline.</summary>
    public static Task<T> WithinDeadlineAsync<T>(this Task<T> task) => task.WaitAsync(Deadline, TimeProvider.System);

    public static Task WithinDeadlineAsync(this Task task) => task.WaitAsync(Deadline, TimeProvider.System);
}
