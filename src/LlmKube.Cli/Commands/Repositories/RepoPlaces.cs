using System.CommandLine;
using System.CommandLine.Parsing;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Commands.Cache.Claims;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;
using LlmKube.Models.Sources;
using LlmKube.Operator.Repositories;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary>The options of commands that work on a repository, and the repositories and sources that they open.</summary>
internal sealed class RepoPlaces
{
    private readonly CommandContext _context;
    private readonly CommonOptions _common;
    private readonly Option<string?> _credentials = new("--credentials") { Description = "Folder with one file for each credential, as a mounted Secret has them (default: the environment and docker's users)", HelpName = "folder" };
    private readonly Option<string?> _ca = new("--ca") { Description = "Certificate of the authority that the place's was signed by", HelpName = "file" };
    private readonly Option<bool> _plain = new("--plain-http") { Description = "Speak to registries without encryption" };
    private readonly Option<string?> _source = new("--source-credentials") { Description = "The same as --credentials, for the source", HelpName = "folder" };
    private readonly Option<string?> _namespace = CommonOptions.Namespace();

    public RepoPlaces(CommandContext context, CommonOptions common) => (_context, _common) = (context, common);

    private RepoPlaces(RepoPlaces other, Option<string?> credentials)
        : this(other._context, other._common) => (_credentials, _ca, _plain, _namespace) = (credentials, other._ca, other._plain, other._namespace);

    /// <summary>The same options, but for another one that names the folder of credentials.</summary>
    public RepoPlaces With(Option<string?> credentials) => new(this, credentials);

    public static Argument<string> Place() => new("place") { Description = "/folder, s3://bucket/prefix, oci://registry/path, or the name of a ModelRepository" };

    public void AddTo(Command command, bool withSource = false)
    {
        foreach (var option in (Option[])[_credentials, _ca, _plain, _namespace, .. withSource ? [_source] : Array.Empty<Option>()])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Binds a command that needs nothing of this machine: on a repository in a claim of a cluster, it runs in a pod that mounts the claim.</summary>
    public void Bind(Command command, Argument<string> place, Func<ParseResult, CancellationToken, Task<int>> here) => Runner.Bind(command, _context, _common, async (parsed, cancellationToken) =>
    {
        using var claim = await FindClaimAsync(parsed.GetValue(place)!, parsed, cancellationToken);
        if (claim is null)
        {
            return await here(parsed, cancellationToken);
        }

        var arguments = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Argument == place ? [claim.Folder] : argument.Tokens.Select(token => token.Value));
        return await claim.RunAsync(RemoteArguments.WithoutStore(parsed, [_credentials, _ca, _plain, _namespace, _source], [.. arguments]), _context, cancellationToken);
    });

    /// <summary>The repository of that name, where it is in a claim of a cluster; null for every other place.</summary>
    public async Task<ClaimRepository?> FindClaimAsync(string text, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (_context.Greeting is not null || IsPlace(text))
        {
            return null;
        }

        var connection = await ClusterConnection.OpenAsync(parsed, _context, _common, _namespace, cancellationToken);
        ClaimRepository? found = null;
        try
        {
            var repository = await connection.Client.Of<ModelRepository>().FindAsync(new ObjectKey(connection.Namespace, text), cancellationToken);
            return found = repository is null ? null : await ClaimRepository.FindAsync(connection, repository, _context, cancellationToken);
        }
        finally
        {
            if (found is null)
            {
                connection.Dispose();
            }
        }
    }

    /// <summary>Opens a place, or the ModelRepository of that name.</summary>
    public async Task<IModelRepository> OpenAsync(string text, ParseResult parsed, CancellationToken cancellationToken)
    {
        var credentials = Entries(parsed, _credentials);
        if (IsPlace(text))
        {
            var (place, problem) = RepositoryPlace.Parse(text.Contains("://", StringComparison.Ordinal) ? text : _context.FullPath(text));
            return place?.Open(SourceAccess.NetworkOf(_context), new ConnectOptions { Credentials = credentials }, _context.Time) ?? throw new CommandFailure(problem!, exitCode: ExitCodes.Usage);
        }

        using var connection = await ClusterConnection.OpenAsync(parsed, _context, _common, _namespace, cancellationToken);
        var key = new ObjectKey(connection.Namespace, text);
        var repository = await connection.Client.Of<ModelRepository>().FindAsync(key, cancellationToken)
            ?? throw new CommandFailure($"There is no ModelRepository {key}.", "llmkube repo list shows those that there are. A folder is written with a slash: ./name.", ExitCodes.NotFound);
        if (repository.Spec.SecretRef?.Name is { Length: > 0 } secret)
        {
            foreach (var (name, value) in await SecretEntries.FindAsync(connection.Client, key with { Name = secret }, cancellationToken) ?? throw new CommandFailure($"There is no Secret {secret} in namespace {key.Namespace} with the credentials of {text}.", exitCode: ExitCodes.NotFound))
            {
                credentials[name] = value;
            }
        }

        var (described, wrong) = RepositoryMeaning.PlaceOf(repository.Spec);
        if (described?.Origin is ModelSource.Pvc claim)
        {
            var folder = ClaimRepository.FolderOfThisMachine(_context, key.Namespace, claim.ClaimName);
            described = Directory.Exists(folder)
                ? RepositoryPlace.Parse(Path.Combine(folder, claim.Path)).Place
                : throw new CommandFailure($"The repository {text} is in the claim {claim.ClaimName}, which is read where it is mounted.", "Copy from another place, or run this where the share is a folder.", ExitCodes.Blocked);
        }

        return described?.Open(SourceAccess.NetworkOf(_context), new ConnectOptions { Credentials = credentials }, _context.Time) ?? throw new CommandFailure(wrong!, exitCode: ExitCodes.Blocked);
    }

    /// <summary>Reaches a source that a person wrote, of any kind: what is there right now.</summary>
    public async Task<IModelSession> ConnectAsync(string source, ParseResult parsed, IReadOnlyList<string> include, IReadOnlyList<string> exclude, CancellationToken cancellationToken)
    {
        var session = await SourceAccess.ConnectAsync(
            Fetching.Parse(source, _context).Source, new ConnectOptions { Credentials = Entries(parsed, _source), Include = include, Exclude = exclude }, _context, cancellationToken);
        if (session.Files.All(file => file.Packing == Packing.None))
        {
            return session;
        }

        await session.DisposeAsync();
        throw new CommandFailure($"{source} has its files packed in layers.", $"Unpack it first, and push the folder: llmkube pull {source} -o ./model", ExitCodes.Blocked);
    }

    /// <summary>Reaches a source of the repository, with its credentials.</summary>
    public Task<IModelSession> ConnectAsync(ModelSource source, ParseResult parsed, CancellationToken cancellationToken) => SourceAccess.ConnectAsync(source, Connect(parsed), _context, cancellationToken);

    /// <summary>What is to be known of a registry or a store: docker's users, the authority, whether it is encrypted.</summary>
    public ConnectOptions Connect(ParseResult parsed) => new() { Credentials = Entries(parsed, _credentials) };

    /// <summary>Whether it is an address or a folder, and not a name.</summary>
    private static bool IsPlace(string text) => text.Contains('/', StringComparison.Ordinal) || text.StartsWith('.') || text.StartsWith('~');

    private Dictionary<string, string> Entries(ParseResult parsed, Option<string?> folder)
    {
        var entries = StoreOptions.ReadCredentials(parsed.GetValue(folder), _context);
        if (parsed.GetValue(_ca) is { } ca)
        {
            entries["ca.crt"] = File.ReadAllText(_context.FullPath(ca));
        }

        if (parsed.GetValue(_plain))
        {
            entries["insecure"] = "true";
        }

        return entries;
    }
}
