namespace LlmKube.Router.Tests.Fixtures;

/// <summary>Waits that fail a test instead of hanging it.</summary>
internal static class Deadlines
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The task's result, or a failure after the deadline.</summary>
    public static Task<T> WithinDeadlineAsync<T>(this Task<T> task) => task.WaitAsync(Patience, TimeProvider.System);

    public static Task WithinDeadlineAsync(this Task task) => task.WaitAsync(Patience, TimeProvider.System);
}
