using System.Globalization;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.Canaries;

/// <summary>What is seen of a trial.</summary>
/// <param name="Refused">Why the new version cannot be served at all; null where nothing says so.</param>
/// <param name="Services">The services that try it; empty while there is none.</param>
internal sealed record ObservedTrial(string? Refused, IReadOnlyList<TriedService> Services);

/// <summary>A service that tries the new version.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsReady">Whether it answers.</param>
/// <param name="Message">What it says of itself.</param>
/// <param name="Requests">Requests that it was asked.</param>
/// <param name="Errors">Those of them that failed.</param>
internal sealed record TriedService(string Name, bool IsReady, string Message, long Requests, long Errors);

/// <summary>Decides whether a trial goes on, and how it ends. Pure.</summary>
internal static class CanaryRules
{
    /// <summary>The trial as it stands now.</summary>
    /// <param name="trial">The trial as it was, in progress.</param>
    /// <param name="served">The version that is served meanwhile.</param>
    /// <param name="settings">What it is held to.</param>
    /// <param name="seen">What is seen of it.</param>
    /// <param name="now">The time.</param>
    public static CanaryStatus Judge(CanaryStatus trial, string served, CanarySettings settings, ObservedTrial seen, DateTimeOffset now)
    {
        var counted = trial with { Requests = seen.Services.Sum(service => service.Requests), Errors = seen.Services.Sum(service => service.Errors) };
        if (seen.Refused is { } refused)
        {
            return RolledBack(counted, served, $"it cannot be served: {refused}");
        }

        // Few failures among few requests are many: what is still to come counts as answered.
        var (requests, errors) = (counted.Requests ?? 0, counted.Errors ?? 0);
        if (errors * 100 > settings.MaxErrorPercent * Math.Max(requests, settings.MinRequests))
        {
            return RolledBack(counted, served, Text($"{errors} of {requests} requests to it failed, and {settings.MaxErrorPercent}% may."));
        }

        if (seen.Services.FirstOrDefault(service => !service.IsReady) is { } waiting)
        {
            return trial.ReadySince is not null ? RolledBack(counted, served, $"{waiting.Name} was ready and is so no more: {waiting.Message}")
                : now - trial.Since >= settings.Ready ? RolledBack(counted, served, Text($"{waiting.Name} was not ready within {settings.Ready.TotalSeconds:0} s: {waiting.Message}"))
                : counted with { Message = $"{trial.Version} is tried beside {served}: {waiting.Name} is not ready yet. {waiting.Message}" };
        }

        if (seen.Services.Count == 0)
        {
            return now - trial.Since >= settings.Ready
                ? RolledBack(counted, served, Text($"nothing served it within {settings.Ready.TotalSeconds:0} s."))
                : counted with { Message = $"{trial.Version} waits for a service of the model that runs, beside which it can be tried." };
        }

        var ready = counted with { ReadySince = trial.ReadySince ?? now };
        var until = ready.ReadySince.Value + settings.Observe;
        return now < until
                ? ready with { Message = Text($"{trial.Version} answers {settings.Weight}% of the requests beside {served}: {requests} so far, {errors} failed. It is watched until {until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.") }
            : requests < settings.MinRequests
                ? ready with { Message = Text($"{trial.Version} waits for requests through the router: it was asked {requests} of {settings.MinRequests}.") }
                : ready with { Phase = CanaryPhases.Promoted, Message = Text($"{trial.Version} was promoted: {requests} requests, {errors} failed.") };
    }

    private static CanaryStatus RolledBack(CanaryStatus trial, string served, string why) =>
        trial with { Phase = CanaryPhases.RolledBack, Message = $"{trial.Version} was taken back and {served} stays: {why}" };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
