using System.Formats.Tar;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Models.TinyModels;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

/// <summary>Repositories, registries and versions as a person works with them.</summary>
public sealed class RepositoryCommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-repo-").FullName;
    private CliUnderTest _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _cli = await CliUnderTest.StartAsync();
        TinyModel.WriteFile(At("one.gguf"), new TinyModelOptions { Seed = 1 });
        TinyModel.WriteFile(At("two.gguf"), new TinyModelOptions { Seed = 2 });
    }

    public async ValueTask DisposeAsync()
    {
        await _cli.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Versions_are_published_shown_promoted_verified_and_collected()
    {
        await GoodAsync("repo", "push", At("one.gguf"), At("repository"), "llama@v1", "--tag", "latest", "--license", "mit");
        await GoodAsync("repo", "push", At("two.gguf"), At("repository"), "llama@v2", "--tag", "staging");

        (await GoodAsync("repo", "models", At("repository"))).ShouldBe("llama\n");
        (await GoodAsync("repo", "tags", At("repository"), "llama")).ShouldBe("TAG\tVERSION\nlatest\tv1\nstaging\tv2\n");
        (await GoodAsync("repo", "show", At("repository"), "llama:latest", "-o", "json")).ShouldContain("\"license\": \"mit\"");
        (await GoodAsync("repo", "show", At("repository"), "llama")).ShouldContain("v2\tstaging\t1\t");
        await GoodAsync("repo", "promote", At("repository"), "llama:staging", "latest");
        (await GoodAsync("repo", "verify", At("repository"), "llama")).ShouldContain("two.gguf\tok");
        (await GoodAsync("repo", "gc", At("repository"), "--keep", "0", "--older-than", "0", "--dry-run")).ShouldBe("llama@v1\n");
        await GoodAsync("repo", "untag", At("repository"), "llama:staging");
        (await GoodAsync("repo", "gc", At("repository"), "--keep", "0", "--older-than", "0")).ShouldBe("llama@v1\n");

        File.AppendAllText(Path.Combine(At("repository"), "models/llama/v2/two.gguf"), "x");
        (await _cli.RunAsync("repo", "verify", At("repository"), "llama")).Code.ShouldNotBe(0);
        (await _cli.RunAsync("repo", "show", At("repository"), "llama@v1")).Code.ShouldBe(3);
        (await _cli.RunAsync("repo", "show", At("repository"), "no name")).Code.ShouldBe(2);
        (await _cli.RunAsync("repo", "push", At("one.gguf"), At("repository"), "llama:v1")).Error.ShouldContain("does not say which version");
    }

    [Fact]
    public async Task A_model_goes_into_a_registry_from_a_repository_and_out_of_it_to_a_folder()
    {
        var (registry, missing) = await RegistryServer.StartAsync(Checkout.Root);
        Assert.SkipWhen(registry is null, missing ?? "");
        await using (registry)
        {
            _cli.Variables["REGISTRY_AUTH_FILE"] = registry!.WriteUsers(At("users.json"));
            await GoodAsync("repo", "push", At("one.gguf"), At("repository"), "llama@v1", "--tag", "latest");
            await GoodAsync("repo", "copy", At("repository"), "llama:latest", $"oci://{registry.Host}/models", "--tag", "stable");
            (await GoodAsync("repo", "tags", $"oci://{registry.Host}/models", "llama")).ShouldBe("TAG\tVERSION\nstable\tv1\n");

            var inspected = await GoodAsync("inspect", $"oci://{registry.Host}/models/llama:stable");
            inspected.ShouldContain("ARCHITECTURE\tllama");
            inspected.ShouldContain("one.gguf\t");
            await GoodAsync("pull", $"oci://{registry.Host}/models/llama:stable", "-o", At("out"), "--store", At("store"));
            File.ReadAllBytes(Path.Combine(At("out"), "one.gguf")).ShouldBe(File.ReadAllBytes(At("one.gguf")));

            var packaged = (await GoodAsync("package", At("two.gguf"), $"oci://{registry.Host}/packed/two:v1", "--image", $"oci://{registry.Host}/images/two:v1", "--layout", "models")).Trim().Split('\n');
            packaged.Length.ShouldBe(2);
            packaged[0].ShouldStartWith($"oci://{registry.Host}/packed/two@sha256:");
            (await GoodAsync("inspect", packaged[1])).ShouldContain("its files at /models");
            await GoodAsync("pull", packaged[1], "-o", At("image"), "--store", At("store"));
            File.ReadAllBytes(Path.Combine(At("image"), "two.gguf")).ShouldBe(File.ReadAllBytes(At("two.gguf")));
            (await _cli.RunAsync("repo", "push", packaged[1], At("repository"), "two@v1")).Error.ShouldContain("llmkube pull");
            (await _cli.RunAsync("push", At("one.gguf"), "registry/without/scheme")).Code.ShouldBe(2);
            (await _cli.RunAsync("pull", At("one.gguf"))).Code.ShouldBe(2);
        }
    }

    [Fact]
    public async Task A_ModelRepository_is_worked_with_by_its_name()
    {
        await _cli.Api.Client.Of<ModelRepository>().ApplyAsync(
            new ModelRepository { Metadata = new ObjectMeta { Name = "main", Namespace = "default" }, Spec = new ModelRepositorySpec { Type = RepositoryTypes.Folder, Path = At("repository") } }, new ApplyOptions("test"), CancellationToken.None);

        await GoodAsync("repo", "push", At("one.gguf"), "main", "llama@v1");

        (await GoodAsync("repo", "models", "main")).ShouldBe("llama\n");
        (await GoodAsync("repo", "list", "-o", "name")).ShouldContain("modelrepository.inference.llmkube.dev/main");
        (await _cli.RunAsync("repo", "models", "other")).Code.ShouldBe(3);
    }

    [Fact]
    public async Task A_claim_of_this_machine_is_the_folder_that_it_is()
    {
        await _cli.Api.Client.Of<ModelRepository>().ApplyAsync(
            new ModelRepository { Metadata = new ObjectMeta { Name = "share", Namespace = "default" }, Spec = new ModelRepositorySpec { Type = RepositoryTypes.Pvc, ClaimName = "models", Path = "team-a" } }, new ApplyOptions("test"), CancellationToken.None);
        (await _cli.RunAsync("repo", "models", "share")).Error.ShouldContain("There is no claim models in the namespace default");
        Directory.CreateDirectory(Path.Combine(_cli.Home, ".llmkube", "volumes", "default", "models"));

        await GoodAsync("repo", "push", At("one.gguf"), "share", "llama@v1", "--tag", "latest");

        (await GoodAsync("repo", "tags", "share", "llama")).ShouldContain("latest");
        (await GoodAsync("repo", "verify", "share", "llama:latest")).ShouldContain("ok");
        File.Exists(Path.Combine(_cli.Home, ".llmkube", "volumes", "default", "models", "team-a", "models", "llama", "v1", "one.gguf")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_model_that_comes_as_an_archive_is_published()
    {
        var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            await tar.WriteEntryAsync(At("one.gguf"), "weights/one.gguf", TestContext.Current.CancellationToken);
        }

        var pushed = await _cli.RunAsync(archive.ToArray(), "repo", "push", "-", At("repository"), "llama@v1", "--source-name", "hf://org/llama");
        pushed.Code.ShouldBe(0, pushed.Error);

        var shown = JsonNode.Parse(await GoodAsync("repo", "show", At("repository"), "llama@v1", "-o", "json"))!;
        shown["source"]!.GetValue<string>().ShouldBe("hf://org/llama");
        shown["files"]![0]!["path"]!.GetValue<string>().ShouldBe("weights/one.gguf");
        var refused = await _cli.RunAsync(archive.ToArray()[..(int)(archive.Length / 2)], "repo", "push", "-", At("repository"), "llama@v2");
        refused.Code.ShouldNotBe(0);
        (await GoodAsync("repo", "show", At("repository"), "llama")).ShouldNotContain("v2");
        Directory.EnumerateFileSystemEntries(At("repository")).Select(Path.GetFileName).ShouldBe(["models"]);
    }

    [Fact]
    public async Task A_private_key_with_a_password_signs_for_who_knows_it()
    {
        Directory.CreateDirectory(At("model"));
        File.Copy(At("one.gguf"), Path.Combine(At("model"), "one.gguf"));
        _cli.Variables["LLMKUBE_KEY_PASSWORD"] = "right";
        await GoodAsync("sign", "keygen", At("release"));
        File.ReadAllText(At("release.key")).ShouldStartWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");

        await GoodAsync("sign", "model", At("model"), "--key", At("release.key"));
        await GoodAsync("sign", "verify", At("model"), "--key", At("release.pub"));
        _cli.Variables["LLMKUBE_KEY_PASSWORD"] = "wrong";
        (await _cli.RunAsync("sign", "model", At("model"), "--key", At("release.key"))).Error.ShouldContain("another one");
        _cli.Variables.Remove("LLMKUBE_KEY_PASSWORD");
        (await _cli.RunAsync("sign", "model", At("model"), "--key", At("release.key"))).ShouldSatisfyAllConditions(
            refused => refused.Code.ShouldBe(2),
            refused => refused.Error.ShouldContain("is encrypted"),
            refused => refused.Error.ShouldContain("LLMKUBE_KEY_PASSWORD"));
        await File.WriteAllTextAsync(At("cosign.key"), "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n", TestContext.Current.CancellationToken);
        (await _cli.RunAsync("sign", "model", At("model"), "--key", At("cosign.key"))).Error.ShouldContain("import-key-pair");
    }

    [Fact]
    public async Task A_rollout_is_shown_undone_and_resumed()
    {
        await _cli.AddAsync("demo");
        (await _cli.RunAsync("rollout", "undo", "demo")).Error.ShouldContain("has no versions");
        await StandsAsync(null);

        (await GoodAsync("rollout", "status", "demo")).ShouldContain("v2\t<unknown>\tserved");
        (await _cli.RunAsync("status", "demo")).Output.ShouldContain("Version:       v2\n");
        await GoodAsync("rollout", "undo", "demo");
        (await PinnedAsync()).ShouldBe("v1");
        await GoodAsync("rollout", "pause", "demo");
        (await PinnedAsync()).ShouldBe("v2");
        await GoodAsync("rollout", "undo", "demo", "--to", "v0");
        (await PinnedAsync()).ShouldBe("v0");
        await GoodAsync("rollout", "resume", "demo");
        (await PinnedAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_trial_is_shown_ended_and_promoted()
    {
        await _cli.AddAsync("demo");
        await StandsAsync(null);
        (await _cli.RunAsync("rollout", "promote", "demo")).Error.ShouldContain("No version of demo is tried");
        await StandsAsync(new CanaryStatus { Version = "v3", Phase = CanaryPhases.Progressing });

        (await GoodAsync("rollout", "status", "demo")).ShouldContain("v3\t<unknown>\ttried\nv2\t<unknown>\tserved\n");
        await GoodAsync("rollout", "undo", "demo");
        (await PinnedAsync()).ShouldBe("v2", "what is served stays");
        await GoodAsync("rollout", "promote", "demo");
        (await AnnotationAsync(Annotations.PromotedVersion)).ShouldBe("v3");
        await StandsAsync(new CanaryStatus { Version = "v3", Phase = CanaryPhases.RolledBack });
        (await GoodAsync("rollout", "status", "demo")).ShouldContain("v3\t<unknown>\ttaken back\n");
    }

    private Task<Model> StandsAsync(CanaryStatus? canary) => _cli.Api.Client.Of<Model>().ApplyAsync(
        new Model
        {
            Metadata = new ObjectMeta { Name = "demo", Namespace = "default" },
            Status = new ModelStatus { Phase = "Ready", ResolvedVersion = "v2", Versions = [new ServedVersion { Version = "v1" }, new ServedVersion { Version = "v2" }], Canary = canary },
        },
        new ApplyOptions("operator") { Subresource = "status", Force = true },
        CancellationToken.None);

    private Task<string?> PinnedAsync() => AnnotationAsync(Annotations.PinnedVersion);

    private async Task<string?> AnnotationAsync(string name) =>
        (await _cli.Api.Client.Of<Model>().GetAsync(new ObjectKey("default", "demo"), CancellationToken.None)).Metadata.Annotations?.GetValueOrDefault(name);

    private async Task<string> GoodAsync(params string[] arguments)
    {
        var outcome = await _cli.RunAsync(arguments);
        outcome.Code.ShouldBe(0, $"{string.Join(' ', arguments)}: {outcome.Error}");
        return outcome.Output;
    }

    private string At(string name) => Path.Combine(_folder, name);
}
