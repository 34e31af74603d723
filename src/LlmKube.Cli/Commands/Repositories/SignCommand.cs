using System.CommandLine;
using LlmKube.Cli.Commands.Cache;
using LlmKube.Cli.Console;
using LlmKube.Models.Backends.Oci;
using LlmKube.Models.Oci;
using LlmKube.Models.Repositories;
using LlmKube.Models.Signatures;

namespace LlmKube.Cli.Commands.Repositories;

/// <summary><c>llmkube sign</c>: signatures of models by a key pair, as the OpenSSF's model signing makes and verifies them.</summary>
internal static class SignCommand
{
    public static Command Build(CommandContext context, CommonOptions common) => new("sign", "Sign models and verify their signatures")
    {
        BuildKeys(context, common),
        BuildModel(context, common),
        BuildImage(context, common),
        BuildVerify(context, common),
    };

    private static Command BuildKeys(CommandContext context, CommonOptions common)
    {
        var prefix = new Argument<string>("prefix") { Description = "Where to write PREFIX.key and PREFIX.pub" };
        var command = new Command("keygen", $"Make a pair of keys\n\nThe private key is encrypted where {RepoPublish.KeyPassword} has a password; whatever signs with it reads the same variable.\n\nExample:\n  llmkube sign keygen ./release") { prefix };
        Runner.Bind(command, context, common, (parsed, _) =>
        {
            var path = context.FullPath(parsed.GetValue(prefix)!);
            if (File.Exists(path + ".key") || File.Exists(path + ".pub"))
            {
                throw new CommandFailure($"{path}.key or {path}.pub is there already.", "Choose another prefix: a key that is lost signs nothing any more.", ExitCodes.Usage);
            }

            var (secret, open) = ModelSignature.NewKeys(context.Environment(RepoPublish.KeyPassword) is { Length: > 0 } password ? password : null);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(path + ".key", options))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(secret));
            }

            File.WriteAllText(path + ".pub", open);
            context.Terminal.Say($"Wrote {path}.key, which signs and is to be kept secret, and {path}.pub, which verifies.");
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    private static Command BuildModel(CommandContext context, CommonOptions common)
    {
        var folder = new Argument<string>("folder") { Description = "Folder with the model's files" };
        var key = new Option<string>("--key") { Description = "Private key in PEM", HelpName = "file", Required = true };
        var command = new Command("model", $"Write {ModelSignature.FileName} beside the files of a model\n\nExample:\n  llmkube sign model ./llama --key release.key") { folder, key };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var path = context.FullPath(parsed.GetValue(folder)!);
            if (!Directory.Exists(path))
            {
                throw new CommandFailure($"There is no folder {path}.", "Put the model's files into one.", ExitCodes.NotFound);
            }

            await using var files = await new RepoPlaces(context, common).ConnectAsync(new Models.Sources.ModelSource.Local(path), parsed, cancellationToken);
            await using var signed = await RepoPublish.SignedAsync(files, Path.GetFileName(path.TrimEnd('/')), parsed.GetValue(key), context, cancellationToken);
            var bundle = await RepositoryFiles.ReadAsync(signed, signed.Files.Single(file => file.Path == ModelSignature.FileName), cancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(path, ModelSignature.FileName), bundle, cancellationToken);
            context.Terminal.Say($"Signed the {signed.Files.Count - 1} file{(signed.Files.Count == 2 ? "" : "s")} of {path}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildImage(CommandContext context, CommonOptions common)
    {
        var source = new Argument<string>("image") { Description = "An artifact or image of a registry: oci://registry/path/name:tag" };
        var key = new Option<string>("--key") { Description = "Private key in PEM", HelpName = "file", Required = true };
        var places = new RepoPlaces(context, common);
        var command = new Command("image", "Sign an artifact of a registry, as cosign does\n\nThe signature is kept by the registry; \"cosign verify --key --insecure-ignore-tlog\" verifies it too.\n\nExample:\n  llmkube sign image oci://registry.site/models/llama:v1 --key release.key") { source, key };
        places.AddTo(command);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var text = parsed.GetValue(source)!;
            if (Fetching.Parse(text, context).Source is not Models.Sources.ModelSource.Oci oci || ImageReference.Parse(oci.Image) is not { } image)
            {
                throw new CommandFailure($"{text} is no artifact of a registry.", "Write oci://registry/path/name:tag. Files are signed with \"llmkube sign model\".", ExitCodes.Usage);
            }

            var (client, failure) = RegistryClient.Create(image, OciBackend.OptionsOf(SourceAccess.NetworkOf(context), image.Registry, places.Connect(parsed)), context.Time);
            using var registry = client ?? throw new RepositoryException(failure!);
            var digest = await RepoPublish.SigningAsync(parsed.GetValue(key)!, context, pem => CosignSignatures.SignAsync(registry, image, pem, cancellationToken), cancellationToken);
            context.Terminal.Say($"Signed {image.Registry}/{image.Repository}@{digest}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildVerify(CommandContext context, CommonOptions common)
    {
        var source = new Argument<string>("source") { Description = "A folder, or any other source" };
        var keys = new Option<string>("--key") { Description = "Public key in PEM, or a folder of them", HelpName = "path", Required = true };
        var places = new RepoPlaces(context, common);
        var command = new Command("verify", "Hold a model against its signature\n\nOf a source that announces digests, nothing but the signature is read. Exit codes: 0 signed and unchanged, 6 not.\n\nExamples:\n  llmkube sign verify ./llama --key release.pub\n  llmkube sign verify oci://registry.site/models/llama:v1 --key release.pub") { source, keys };
        places.AddTo(command);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var policy = VerifyOptions.Of(context.FullPath(parsed.GetValue(keys)!), isRequired: true);
            await using var session = await SourceAccess.ConnectAsync(Fetching.Parse(parsed.GetValue(source)!, context).Source, SignaturePolicy.With(places.Connect(parsed)), context, cancellationToken);
            var bundle = await SignatureCheck.ReadAsync(session, cancellationToken);
            var files = new List<VersionFile>();
            foreach (var file in session.Files.Where(file => file.Path != ModelSignature.FileName))
            {
                files.Add(await RepositoryFiles.DescribeAsync(session, file, null, cancellationToken));
            }

            if (ModelSignature.Verify(bundle, files, policy.PublicKeysPem, session.Revision) is { } fault)
            {
                throw new CommandFailure($"{parsed.GetValue(source)} {fault}.", exitCode: ExitCodes.Blocked);
            }

            context.Terminal.Out.WriteLine("verified");
            return ExitCodes.Ok;
        });
        return command;
    }
}
