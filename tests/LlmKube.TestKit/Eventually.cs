using System.Runtime.CompilerServices;

namespace LlmKube.TestKit;

/// <summary>Waits for a condition with a deadline in real time, instead of sleeping for luck.</summary>
public static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Returns when the condition holds; a <see cref="TimeoutException"/> names it when it does not in time.</summary>
    public static Task HoldsAsync(Func<bool> condition, TimeSpan? patience = null, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        HoldsAsync(() => Task.FromResult(condition()), patience, what);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, TimeSpan?, string)"/>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan? patience = null, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > (patience ?? s_patience))
            {
                throw new TimeoutException($"Did not become true in time: {what}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }

    internal static async Task<bool> BecomesAsync(Func<bool> condition)
    {
        await HoldsAsync(condition);
        return true;
    }
}
