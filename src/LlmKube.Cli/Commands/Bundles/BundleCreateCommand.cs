using System.CommandLine;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Commands.Catalog;
using LlmKube.Cli.Commands.Install;
using LlmKube.Cli.Console;
using LlmKube.Models;
using LlmKube.Models.Oci;
using LlmKube.Models.Store;
using LlmKube.Operator.Pods.Runtimes;

namespace LlmKube.Cli.Commands.Bundles;

/// <summary><c>llmkube bundle create</c>: images and models in one archive, for a site without a way out.</summary>
internal sealed class BundleCreateCommand(CommandContext context, CommonOptions common)
{
    private readonly StoreOptions _store = new();
    private readonly RegistryFlags _registry = new();
    private readonly Option<bool> _images = new("--images") { Description = "This product's image and that of llama.cpp for processors" };
    private readonly Option<string[]> _image = new("--image") { Description = "Further image of a registry; may be repeated", HelpName = "image" };
    private readonly Option<string[]> _archive = new("--image-archive") { Description = "Archive with images, as scripts/build-image makes it; may be repeated", HelpName = "file" };
    private readonly Option<string[]> _models = new("--models") { Description = "Models: ids of the catalog or sources, with commas or repeated", HelpName = "list" };
    private readonly Option<string?> _platform = new("--platform") { Description = "Of images for several platforms only this one, such as linux/amd64", HelpName = "platform" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "The archive", HelpName = "file", Required = true };

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var create = new BundleCreateCommand(context, common);
        var command = new Command(
            "create",
            "Put images and models into one archive\n\nThe archive is an OCI image layout: llmkube bundle load takes it, and for the images ctr, podman and skopeo do too.\n\nExamples:\n  llmkube bundle create --images --models llama-3.1-8b -o bundle.tar\n  llmkube bundle create --image-archive artifacts/image/llmkube.tar --models hf://org/model/model.gguf -o bundle.tar")
        {
            create._images, create._image, create._archive, create._models, create._platform, create._output, create._store.Store,
        };
        create._store.AddFetchingTo(command);
        create._registry.AddTo(command);
        Runner.Bind(command, context, common, create.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var path = context.FullPath(parsed.GetValue(_output)!);
        var work = path + ".work";
        var bundle = new Bundle(work);
        var (images, models) = (await AddImagesAsync(bundle, parsed, cancellationToken), await AddModelsAsync(bundle, parsed, cancellationToken));
        if (images + models == 0)
        {
            throw new CommandFailure("Nothing says what shall be in it.", "Use --images, --image, --image-archive or --models.", ExitCodes.Usage);
        }

        var line = new ProgressLine(context.Terminal, Path.GetFileName(path));
        var failure = await bundle.WriteAsync(path, line.Counter(bundle.SizeBytes), cancellationToken);
        line.End();
        if (failure is not null)
        {
            throw Fetching.Explain(failure);
        }

        // What was gathered is in the archive now.
        if (Directory.Exists(work))
        {
            Directory.Delete(work, recursive: true);
        }

        context.Terminal.Say($"{path} has {Plural(images, "image")} and {Plural(models, "model")}, {ByteSize.Format(new FileInfo(path).Length)}. At the site: llmkube bundle load {Path.GetFileName(path)}");
        return ExitCodes.Ok;
    }

    private static string Plural(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private async Task<int> AddImagesAsync(Bundle bundle, ParseResult parsed, CancellationToken cancellationToken)
    {
        var archives = parsed.GetValue(_archive) ?? [];
        foreach (var archive in archives)
        {
            if (await bundle.AddArchiveAsync(context.FullPath(archive), cancellationToken) is { } failure)
            {
                throw Fetching.Explain(failure);
            }
        }

        string[] names = [.. parsed.GetValue(_images) ? [InstallManifests.ProductImage(), RuntimeImages.LlamaCpu] : Array.Empty<string>(), .. parsed.GetValue(_image) ?? []];
        if (names.Length == 0)
        {
            return archives.Length;
        }

        var registry = _registry.Read(parsed, context);
        foreach (var image in names.Distinct(StringComparer.Ordinal).Select(RegistryFlags.Image))
        {
            var line = new ProgressLine(context.Terminal, image.ToString());
            var failure = await bundle.AddImageAsync(image, parsed.GetValue(_platform), registry, context.Time, line.Counter(total: null), cancellationToken);
            line.End();
            if (failure is not null)
            {
                throw Fetching.Explain(failure);
            }

            context.Terminal.Say($"Added {image}.");
        }

        return archives.Length + names.Length;
    }

    private async Task<int> AddModelsAsync(Bundle bundle, ParseResult parsed, CancellationToken cancellationToken)
    {
        var wanted = (parsed.GetValue(_models) ?? []).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        var models = _store.Open(parsed, context);
        foreach (var text in wanted)
        {
            var found = Fetching.Parse(await Catalogs.SourceOfAsync(text, parsed, context, common, ns: null, cancellationToken), context);
            var request = new FetchRequest(found.Source, found.Text) { Connect = _store.Connect(parsed, context) };
            var stored = await Fetching.RunAsync(_store.Fetcher(parsed, context, models), request, context.Terminal, cancellationToken);
            if (await bundle.AddModelAsync(models.Layout, stored.Model, cancellationToken) is { } failure)
            {
                throw Fetching.Explain(failure);
            }
        }

        return wanted.Count;
    }
}
