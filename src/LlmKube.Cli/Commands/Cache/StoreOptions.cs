using System.CommandLine;
using System.Globalization;
using LlmKube.Cli.Commands.Cache.Claims;
using LlmKube.Cli.Console;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.HuggingFace;
using LlmKube.Models.Store;
using LlmKube.Models.Transfer;

namespace LlmKube.Cli.Commands.Cache;

/// <summary>The options of every command that works on a model store, and what they make.</summary>
internal sealed class StoreOptions
{
    /// <summary>The entries that are taken from the environment, as an init container gets them.</summary>
    private static readonly string[] s_credentials =
    [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
        "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_ENDPOINT",
    ];

    public Option<string?> Store { get; } = new("--store") { Description = "Folder of the model store (default: LLMKUBE_STORE, else models below the home of llmkube)", HelpName = "folder" };

    /// <summary>Which claim of a cluster is meant, where it is no folder of this machine.</summary>
    public ClaimOptions Claims { get; } = new();

    public Option<string?> Credentials { get; } = new("--credentials") { Description = "Folder with one file for each credential, as a mounted Secret has them", HelpName = "folder" };

    public Option<string[]> Include { get; } = new("--include") { Description = "Only files that match, such as *.gguf; may be repeated", HelpName = "pattern" };

    public Option<string[]> Exclude { get; } = new("--exclude") { Description = "No files that match; may be repeated", HelpName = "pattern" };

    public Option<string?> LimitRate { get; } = new("--limit-rate") { Description = "Most bytes per second, such as 50M", HelpName = "rate" };

    public Option<int> Connections { get; } = new("--connections") { Description = "Connections at most", DefaultValueFactory = _ => new TransferOptions().MaxConnections };

    public Option<bool> Offline { get; } = new("--offline") { Description = "Open no connection (also HF_HUB_OFFLINE=1)" };

    public Option<string?> SizeLimit { get; } = new("--size-limit") { Description = "Most that the store may take, such as 200Gi", HelpName = "size" };

    /// <summary>Adds what says where the store is: a folder of this machine, or a claim of a cluster.</summary>
    public void AddPlaceTo(Command command)
    {
        foreach (var option in (Option[])[Store, Claims.Claim, Claims.Namespace, Claims.Image])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Adds what a command that fetches needs, besides where the store is.</summary>
    public void AddFetchingTo(Command command)
    {
        foreach (var option in (Option[])[Credentials, Include, Exclude, LimitRate, Connections, Offline, SizeLimit])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether a folder of this machine is named as the store.</summary>
    public bool NamesFolder(ParseResult parsed, CommandContext context) => (parsed.GetValue(Store) ?? context.Environment("LLMKUBE_STORE")) is { Length: > 0 };

    public string RootOf(ParseResult parsed, CommandContext context) =>
        (parsed.GetValue(Store) ?? context.Environment("LLMKUBE_STORE")) is not { Length: > 0 } root ? Path.Combine(context.Home, "models") : context.FullPath(root);

    public ModelStore Open(ParseResult parsed, CommandContext context) => new(new ModelStoreLayout(RootOf(parsed, context)), context.Time);

    public ModelFetcher Fetcher(ParseResult parsed, CommandContext context, ModelStore store) => new(
        store,
        SourceAccess.Backends(context),
        new TransferEngine(new TransferOptions { MaxConnections = Math.Clamp(parsed.GetValue(Connections), 1, 64), BytesPerSecond = Bytes(parsed.GetValue(LimitRate), "--limit-rate") }, context.Time),
        new StoreLimits { SizeBytes = Bytes(parsed.GetValue(SizeLimit), "--size-limit") });

    public ConnectOptions Connect(ParseResult parsed, CommandContext context) => new()
    {
        Credentials = ReadCredentials(parsed.GetValue(Credentials), context),
        Include = parsed.GetValue(Include) ?? [],
        Exclude = parsed.GetValue(Exclude) ?? [],
        Offline = parsed.GetValue(Offline) || HuggingFaceOptions.IsOffline(context.Environment),
    };

    /// <summary>A number of bytes as people write it: <c>50M</c>, <c>1.5Gi</c>, <c>4096</c>.</summary>
    internal static long? Bytes(string? text, string option)
    {
        if (text is null)
        {
            return null;
        }

        var number = text.TrimEnd('B', 'b', 'i', 'K', 'k', 'M', 'm', 'G', 'g', 'T', 't');
        var unit = text[number.Length..].TrimEnd('B', 'b').ToUpperInvariant();
        double? factor = unit switch
        {
            "" => 1,
            "K" => 1e3,
            "M" => 1e6,
            "G" => 1e9,
            "T" => 1e12,
            "KI" => 1L << 10,
            "MI" => 1L << 20,
            "GI" => 1L << 30,
            "TI" => 1L << 40,
            _ => null,
        };
        return factor is { } times && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0
            ? (long)(value * times)
            : throw new CommandFailure($"{option} {text} is no number of bytes.", "Write 4096, 50M or 1.5Gi.", ExitCodes.Usage);
    }

    /// <summary>The credentials of the environment, and of a folder that has one file for each.</summary>
    internal static Dictionary<string, string> ReadCredentials(string? folder, CommandContext context)
    {
        var entries = s_credentials.Select(name => (name, Value: context.Environment(name))).Where(entry => entry.Value is { Length: > 0 }).ToDictionary(entry => entry.name, entry => entry.Value!, StringComparer.Ordinal);
        if ((folder ?? context.Environment("LLMKUBE_CREDENTIALS")) is not { Length: > 0 } named)
        {
            return WithRegistryUsers(entries, context);
        }

        var path = context.FullPath(named);
        if (!Directory.Exists(path))
        {
            throw new CommandFailure($"There is no folder {path} with credentials.", "Mount the Secret there, or name another folder with --credentials.", ExitCodes.Usage);
        }

        // A mounted Secret keeps its real files below a hidden folder (..data) and links to them; one for registries is itself hidden.
        foreach (var file in Directory.EnumerateFiles(path).Where(file => !Path.GetFileName(file).StartsWith("..", StringComparison.Ordinal)))
        {
            entries[Path.GetFileName(file)] = File.ReadAllText(file);
        }

        return entries;
    }

    /// <summary>The users of registries that docker or podman keep for this person.</summary>
    private static Dictionary<string, string> WithRegistryUsers(Dictionary<string, string> entries, CommandContext context)
    {
        var path = context.RegistryUsers();
        if (File.Exists(path))
        {
            entries[".dockerconfigjson"] = File.ReadAllText(path);
        }

        return entries;
    }
}
