using LlmKube.Models.Sources;

namespace LlmKube.Models.Backends;

/// <summary>
/// Reaches one kind of place where models are kept. A backend only reaches, and turns what comes back into <see cref="ModelFailure"/>s:
/// planning, ranges, resuming, verifying and retrying are the transfer engine's, once for all backends.
/// </summary>
public interface IModelBackend
{
    /// <summary>Whether this backend reaches sources of that kind.</summary>
    bool Serves(ModelSource source);

    /// <summary>Finds out what the source is right now: cheaply, by a HEAD, a listing or a manifest, never by reading whole files.</summary>
    Task<ConnectResult> ConnectAsync(ModelSource source, ConnectOptions options, CancellationToken cancellationToken);
}
