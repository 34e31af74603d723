namespace LlmKube.Models.Repositories;

/// <summary>Asks again what time may heal: small stores fail for a moment while another writer changes the same object.</summary>
internal static class Patience
{
    private const int Attempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>The answer, or the last failure.</summary>
    public static async Task<T> AskAsync<T>(Func<Task<T>> ask, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (RepositoryException e) when (e.Failure.Heals && attempt < Attempts)
            {
                await Task.Delay(e.Failure.RetryAfter ?? s_pause * attempt, time, cancellationToken);
            }
        }
    }
}
