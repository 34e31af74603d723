using LlmKube.Cli.Attached;
using LlmKube.Cli.Console;

namespace LlmKube.Cli;

/// <summary>What a command may use of the world: one parameter instead of seven.</summary>
internal sealed record CommandContext
{
    public required Terminal Terminal { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What this command was told by the one that is attached to it; null for one that a person started.</summary>
    public Greeting? Greeting { get; init; }

    /// <summary>Looks an environment variable up.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>The product's folder of this user: <c>LLMKUBE_HOME</c>, or <c>~/.llmkube</c>.</summary>
    public string Home =>
        Environment("LLMKUBE_HOME") is { Length: > 0 } home
            ? Path.GetFullPath(home, WorkingDirectory)
            : Path.Combine(Environment("HOME") ?? System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".llmkube");

    /// <summary>Where docker and podman keep this person's users of registries: the named file, REGISTRY_AUTH_FILE, or docker's own.</summary>
    public string RegistryUsers(string? named = null) => FullPath((named ?? Environment("REGISTRY_AUTH_FILE")) is { Length: > 0 } file ? file : "~/.docker/config.json");

    /// <summary>A path of the user's, with <c>~</c> and relative to where they are.</summary>
    public string FullPath(string path)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
        {
            path = (Environment("HOME") ?? "") + path[1..];
        }

        return Path.GetFullPath(path, WorkingDirectory);
    }
}
