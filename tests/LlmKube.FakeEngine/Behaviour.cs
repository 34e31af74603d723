using System.Globalization;

namespace LlmKube.FakeEngine;

/// <summary>What the command line and the environment tell this engine to do.</summary>
/// <param name="Host">Address to listen on.</param>
/// <param name="Port">Port to listen on.</param>
/// <param name="ExitCode">Ends at once with this code.</param>
/// <param name="Gate">A file that must exist before the model counts as loaded.</param>
internal sealed record Behaviour(string Host, int Port, int? ExitCode, string? Gate)
{
    /// <summary>What it takes when it is strict: all that a plain service is mapped to.</summary>
    public static IReadOnlyList<string> KnownFlags { get; } =
        ["--strict", "--model", "--host", "--port", "--n-gpu-layers", "--ctx-size", "--parallel", "--metrics", "--slots", "--jinja", "--flash-attn", "--threads", "--alias"];

    public bool IsLoaded => Gate is null || File.Exists(Gate);

    public static Behaviour Read(string[] arguments, Func<string, string?> environment) => new(
        ValueOf(arguments, "--host") ?? "127.0.0.1",
        int.Parse(ValueOf(arguments, "--port") ?? "0", CultureInfo.InvariantCulture),
        environment("FAKE_ENGINE_EXIT") is { Length: > 0 } code ? int.Parse(code, CultureInfo.InvariantCulture) : null,
        environment("FAKE_ENGINE_GATE") is { Length: > 0 } gate ? gate : null);

    private static string? ValueOf(string[] arguments, string name)
    {
        var at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }
}
