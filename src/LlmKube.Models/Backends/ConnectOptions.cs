namespace LlmKube.Models.Backends;

/// <summary>How to reach a place, as opposed to where it is.</summary>
public sealed record ConnectOptions
{
    /// <summary>
    /// The entries of the source's Secret, or of the environment, by the facts' key names (AWS_ACCESS_KEY_ID, HF_TOKEN, username,
    /// password, token, ca.crt, tls.crt, tls.key, ...); a backend takes those it knows. Never logged and never stored.
    /// </summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Only files that match one of these glob patterns (<c>*.gguf</c>, <c>onnx/**</c>); empty takes all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>No file that matches one of these, whatever <see cref="Include"/> says.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether signatures that are kept apart from the files, as registries do, are looked for.</summary>
    public bool WantsSignature { get; init; }

    /// <summary>No socket is opened: everything that would need one fails with <see cref="FailureKind.Offline"/>.</summary>
    public bool Offline { get; init; }
}
