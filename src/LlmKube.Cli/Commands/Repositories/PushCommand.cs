using System.CommandLine;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Oci;
using LlmKube.Models.Repositories;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary><c>llmkube push</c> and <c>package</c>: a model into a registry, as an artifact or an image.</summary>
internal sealed class PushCommand
{
    private const string Scheme = "oci://";
    private readonly CommandContext _context;
    private readonly RepoPlaces _places;
    private readonly Argument<string> _source = new("source") { Description = "A file, a folder, or any other source: hf://, s3://, oci://, https://" };
    private readonly Argument<string> _target = new("target") { Description = "oci://registry/path/name:tag" };
    private readonly Option<string[]> _include = RepoPublish.Include();
    private readonly Option<string[]> _exclude = RepoPublish.Exclude();
    private readonly Option<string?> _license = RepoPublish.License();
    private readonly Option<string?> _sign = RepoPublish.Sign();
    private readonly Option<ImageLayout> _layout = new("--layout") { Description = "Where the files of an image lie: at its root, or below /models as KServe wants them", HelpName = "root|models" };

    private PushCommand(CommandContext context, CommonOptions common) => (_context, _places) = (context, new RepoPlaces(context, common));

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var push = new PushCommand(context, common);
        var format = new Option<ArtifactFormat>("--format") { Description = "As what: a CNCF ModelPack, what Docker Model Runner reads, or an image that pods mount", HelpName = "modelpack|docker|image" };
        var command = new Command("push", "Put a model into a registry\n\nNothing is stored on the way, and what the registry has is not sent again. Equal files give equal artifacts.\n\nExamples:\n  llmkube push ./llama.gguf oci://registry.site/models/llama:v1\n  llmkube push hf://org/llama oci://registry.site/models/llama:v1 --format image");
        push.AddTo(command);
        command.Options.Add(format);
        Runner.Bind(command, context, common, (parsed, cancellationToken) => push.RunAsync(parsed, [(parsed.GetValue(push._target)!, parsed.GetValue(format))], cancellationToken));
        return command;
    }

    public static Command BuildPackage(CommandContext context, CommonOptions common)
    {
        var push = new PushCommand(context, common);
        var image = new Option<string?>("--image") { Description = "Make an image that pods mount as well, under this name", HelpName = "oci://…" };
        var command = new Command("package", "Make a reproducible artifact of a model, and an image of it where asked for\n\nExample:\n  llmkube package hf://org/llama oci://registry.site/models/llama:v1 --image oci://registry.site/images/llama:v1");
        push.AddTo(command);
        command.Options.Add(image);
        Runner.Bind(command, context, common, (parsed, cancellationToken) => push.RunAsync(
            parsed, [(parsed.GetValue(push._target)!, ArtifactFormat.ModelPack), .. parsed.GetValue(image) is { } name ? [(name, ArtifactFormat.Image)] : Array.Empty<(string, ArtifactFormat)>()], cancellationToken));
        return command;
    }

    private void AddTo(Command command)
    {
        command.Arguments.Add(_source);
        command.Arguments.Add(_target);
        foreach (var option in (Option[])[_include, _exclude, _license, _sign, _layout])
        {
            command.Options.Add(option);
        }

        _places.AddTo(command, withSource: true);
    }

    private async Task<int> RunAsync(ParseResult parsed, IReadOnlyList<(string Target, ArtifactFormat Format)> targets, CancellationToken cancellationToken)
    {
        var images = targets.Select(target => ImageOf(target.Target)).ToList();
        var source = parsed.GetValue(_source)!;
        await using var session = await RepoPublish.SignedAsync(
            await _places.ConnectAsync(source, parsed, parsed.GetValue(_include) ?? [], parsed.GetValue(_exclude) ?? [], cancellationToken), images[0].Repository.Split('/')[^1], parsed.GetValue(_sign), _context, cancellationToken);
        var described = new ModelPackDescription { Files = [], Name = images[0].Repository.Split('/')[^1], Source = RepoPublish.SourceTextOf(source, _context), License = parsed.GetValue(_license) };
        for (var i = 0; i < targets.Count; i++)
        {
            var digest = await SendAsync(session, described, images[i], targets[i].Format, parsed, cancellationToken);
            _context.Terminal.Out.WriteLine($"{Scheme}{images[i].Registry}/{images[i].Repository}@{digest}");
        }

        return ExitCodes.Ok;
    }

    private async Task<string> SendAsync(IModelSession session, ModelPackDescription described, ImageReference image, ArtifactFormat format, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (client, failure) = RegistryClient.Create(image, OciBackend.OptionsOf(SourceAccess.NetworkOf(_context), image.Registry, _places.Connect(parsed)), _context.Time);
        using var registry = client ?? throw new RepositoryException(failure!);
        var line = new ProgressLine(_context.Terminal, image.ToString());
        try
        {
            var count = line.Counter(session.Files.All(file => file.SizeBytes is not null) ? session.Files.Sum(file => file.SizeBytes!.Value) : null);
            return (await new ArtifactPusher(registry).PushAsync(session, described, format, parsed.GetValue(_layout), image.Tag ?? "latest", count, cancellationToken)).Digest;
        }
        finally
        {
            line.End();
        }
    }

    private static ImageReference ImageOf(string text) =>
        text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && ImageReference.Parse(text[Scheme.Length..]) is { Digest: null } image
            ? image
            : throw new CommandFailure($"'{text}' is no place in a registry.", "Write oci://registry/path/name:tag.", ExitCodes.Usage);
}
