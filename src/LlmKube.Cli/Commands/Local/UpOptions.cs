namespace LlmKube.Cli.Commands.Local;

/// <summary>What <c>llmkube up</c> was asked for.</summary>
internal sealed record UpOptions
{
    public int Port { get; init; }

    public int ApiPort { get; init; }

    public required string Address { get; init; }

    public IReadOnlyList<string> AllowPaths { get; init; } = [];

    public string? LlamaServer { get; init; }

    /// <summary>What the model store may take, as it was written.</summary>
    public string? StoreLimit { get; init; }

    public bool Verbose { get; init; }

    /// <summary>The same wishes as arguments, for the process in the background.</summary>
    public IEnumerable<string> ToArguments()
    {
        yield return $"--port={Port}";
        yield return $"--api-port={ApiPort}";
        yield return $"--address={Address}";
        foreach (var path in AllowPaths)
        {
            yield return $"--allow-path={path}";
        }

        if (LlamaServer is not null)
        {
            yield return $"--llama-server={LlamaServer}";
        }

        if (StoreLimit is not null)
        {
            yield return $"--store-limit={StoreLimit}";
        }

        if (Verbose)
        {
            yield return "--verbose";
        }
    }
}
