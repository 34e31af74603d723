using System.CommandLine;
using System.IO.Pipelines;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Commands.Cache.Claims;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Backends;
using LlmKube.Models.Oci;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Operator.Pods;

namespace LlmKube.Cli.Commands.Bundles;

/// <summary><c>llmkube bundle load</c> and <c>show</c>: what a bundle carries, into a site's registry and store.</summary>
internal sealed class BundleLoadCommand(CommandContext context)
{
    private readonly StoreOptions _store = new();
    private readonly RegistryFlags _registry = new();
    private readonly Argument<string> _file = new("file") { Description = "The bundle" };
    private readonly Option<string?> _target = new("--to-registry") { Description = "Registry, with a path where it has one, that gets the images", HelpName = "registry" };

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var load = new BundleLoadCommand(context);
        var command = new Command(
            "load",
            "Load a bundle: its models into a store, its images into a registry\n\nEvery digest is checked on the way. What is there already is not sent again.\n\nExamples:\n  llmkube bundle load bundle.tar --to-registry registry.site:5000\n  llmkube bundle load bundle.tar -n team-a\n  llmkube bundle load bundle.tar --store /mnt/models")
        {
            load._file, load._target,
        };
        load._registry.AddTo(command);
        StoreRunner.Bind(command, context, common, load._store, mayMake: true, (parsed, cancellationToken) => load.RunAsync(null, parsed, cancellationToken), load.RunAsync);
        return command;
    }

    public static Command BuildShow(CommandContext context, CommonOptions common)
    {
        var file = new Argument<string>("file") { Description = "The bundle" };
        var command = new Command("show", "Say what a bundle has") { file };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var archive = await OpenAsync(context.FullPath(parsed.GetValue(file)!), cancellationToken);
            var rows = new List<(string Kind, string Name, long Size)>();
            foreach (var root in archive.Index.Manifests)
            {
                rows.Add((Bundle.SourceOf(root) is null ? "image" : "model", Bundle.SourceOf(root) ?? Bundle.NameOf(root) ?? root.Digest, await Bundle.SizeOfAsync(archive, root, cancellationToken)));
            }

            Listing.PrintTable(context.Terminal, rows, [new("KIND", row => row.Kind), new("NAME", row => row.Name), new("SIZE", row => ByteSize.Format(row.Size))]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private async Task<int> RunAsync(ClaimStore? claim, ParseResult parsed, CancellationToken cancellationToken)
    {
        var path = context.FullPath(parsed.GetValue(_file)!);
        var archive = await OpenAsync(path, cancellationToken);
        try
        {
            foreach (var root in archive.Index.Manifests.Where(root => Bundle.SourceOf(root) is not null))
            {
                await LoadModelAsync(archive, root, claim, parsed, cancellationToken);
            }

            await LoadImagesAsync(archive, [.. archive.Index.Manifests.Where(root => Bundle.SourceOf(root) is null)], path, parsed, cancellationToken);
            return ExitCodes.Ok;
        }
        catch (InvalidDataException e)
        {
            throw new CommandFailure($"{path} is damaged: {e.Message}", "Carry it over again.", ExitCodes.Blocked);
        }
    }

    private async Task LoadModelAsync(OciArchive archive, OciDescriptor root, ClaimStore? claim, ParseResult parsed, CancellationToken cancellationToken)
    {
        var source = Bundle.SourceOf(root)!;
        var revision = root.Annotations?.GetValueOrDefault(ModelPack.RevisionAnnotation);
        var manifest = await archive.ReadManifestAsync(root, cancellationToken) ?? throw new InvalidDataException($"the manifest of {source} is missing or damaged.");
        var models = _store.Open(parsed, context);
        if (claim is null && await models.FindAsync(CacheKey.Of(source), cancellationToken) is { } known && manifest.Layers.All(layer => known.Has(OciDigest.HexOf(layer.Digest))))
        {
            context.Terminal.Say($"{source} is in the store; nothing was moved.");
            return;
        }

        var pipe = new Pipe();
        await using var content = new CountedStream(pipe.Reader.AsStream(), new ProgressLine(context.Terminal, source.Split('/')[^1]), manifest.Layers.Sum(layer => layer.Size));
        var sending = PipedStream.FillAsync(pipe.Writer, stream => Bundle.CopyModelAsync(archive, root, stream, cancellationToken));
        if (claim is null)
        {
            var result = await new ModelImporter(models).FromArchiveAsync(content, CacheKey.Of(source), source, sha256: null, cancellationToken, revision);
            await pipe.Reader.CompleteAsync();
            await sending;
            if (result is FetchResult.Failed failed)
            {
                throw Fetching.Explain(failed.Failure);
            }

            content.End();
            context.Terminal.Say($"Loaded {source}.");
            return;
        }

        string[] arguments = ["cache", "import", "-", $"--as={source}", "--archive", .. revision is null ? Array.Empty<string>() : [$"--revision={revision}"], "--store", StorePodObject.StoreFolder];
        var code = await new ClaimCommand(claim, context).RunAsync(arguments, secret: null, content, output: null, cancellationToken);
        await pipe.Reader.CompleteAsync();
        await sending;
        if (code != ExitCodes.Ok)
        {
            throw new CommandFailure($"{source} was not loaded.", exitCode: code);
        }
    }

    private async Task LoadImagesAsync(OciArchive archive, IReadOnlyList<OciDescriptor> images, string path, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (images.Count == 0)
        {
            return;
        }

        if (parsed.GetValue(_target) is not { } target)
        {
            context.Terminal.Say($"It has {images.Count} image{(images.Count == 1 ? "" : "s")}, which went nowhere: --to-registry puts them into a registry, \"ctr -n k8s.io images import {path}\" into a node.");
            return;
        }

        var pusher = new ImagePusher(_registry.Read(parsed, context), context.Time);
        foreach (var root in images)
        {
            var name = Bundle.NameOf(root) ?? throw new InvalidDataException($"the image {root.Digest} has no name.");
            var image = RegistryFlags.Image(name).In(target);
            var line = new ProgressLine(context.Terminal, image.ToString());
            var failure = await pusher.PushAsync(archive, root, image, line.Counter(await Bundle.SizeOfAsync(archive, root, cancellationToken)), cancellationToken);
            line.End();
            if (failure is not null)
            {
                throw Fetching.Explain(failure);
            }

            context.Terminal.Out.WriteLine(image.ToString());
        }

        context.Terminal.Say($"Install from there: llmkube install --image {RegistryFlags.Image(Bundle.NameOf(images[0])!).In(target)} --operator-arg --image-registry={target}");
    }

    private static async Task<OciArchive> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var (archive, failure) = await OciArchive.OpenAsync(path, cancellationToken);
        return archive ?? throw Fetching.Explain(failure ?? new ModelFailure(FailureKind.Invalid, $"{path} cannot be read."));
    }
}
