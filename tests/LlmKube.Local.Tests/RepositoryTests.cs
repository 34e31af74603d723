using System.Diagnostics;
using System.Globalization;
using System.Net;
using LlmKube.Kubernetes.Client;
using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Repositories;
using LlmKube.Models.Signatures;
using LlmKube.Models.Sources;
using LlmKube.Models.TinyModels;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using System.Text.Json.Nodes;
using Xunit;

namespace LlmKube.Local.Tests;

/// <summary>Versions of a model, tags that move, and going back, on every kind of repository.</summary>
public sealed class RepositoryTests : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _servers = [];
    private LocalUnderTest _local = null!;
    private string _credentials = "";

    public async ValueTask InitializeAsync() => _local = await LocalUnderTest.StartAsync(options => options with { Network = new NetworkOptions() });

    public async ValueTask DisposeAsync()
    {
        await _local.DisposeAsync();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("pvc")]
    [InlineData("s3")]
    [InlineData("oci")]
    public async Task A_tag_that_moves_is_rolled_out_and_undone_while_requests_are_answered(string kind)
    {
        var place = await PlaceAsync(kind);
        await using var repository = RepositoryPlace.Parse(place).Place!.Open(new NetworkOptions(), new ConnectOptions { Credentials = Credentials() }, TimeProvider.System);
        await PublishAsync(repository, "v1", seed: 1);
        await PublishAsync(repository, "v2", seed: 2);
        await repository.TagAsync("llama-3-8b", "latest", "v1", CancellationToken.None);

        await _local.ApplyAsync(Sample(kind, place));
        await _local.ReadyAsync();
        var pod = await ServedAsync("v1");
        using var stop = new CancellationTokenSource();
        var asking = AskAsync(stop.Token);

        await repository.TagAsync("llama-3-8b", "latest", "v2", CancellationToken.None);
        pod = await ServedAsync("v2", pod);
        await PinAsync("v1");
        pod = await ServedAsync("v1", pod);
        (await ModelAsync()).Status!.ShouldSatisfyAllConditions(
            status => status.Versions!.Select(one => one.Version).ShouldBe(["v1", "v2", "v1"]),
            status => status.Conditions!.Single(condition => condition.Type == ConditionTypes.SourceDrifted).Message!.ShouldContain("llmkube rollout resume demo"));
        await PinAsync(null);
        await ServedAsync("v2", pod);

        await stop.CancelAsync();
        (await asking).ShouldBeEmpty("requests are answered throughout");
        await _local.UntilAsync(async () => (await _local.Client.Of<ModelRepository>().GetAsync(new("default", "main"), CancellationToken.None)).Status is { Models: 1, Tags: 1, LastSync: not null } ? "seen" : null);
    }

    [Fact]
    public async Task A_repository_that_is_not_there_or_lacks_the_tag_is_waited_for()
    {
        var place = await PlaceAsync("folder");
        var sample = Sample("folder", place);
        var documents = sample.Split("---\n");
        await _local.ApplyAsync(string.Join("---\n", documents.Where(document => !document.Contains("kind: ModelRepository", StringComparison.Ordinal))));
        await SaysAsync(ModelReasons.RepositoryNotFound);

        await _local.ApplyAsync(sample);
        await SaysAsync(ModelReasons.SourceNotFound);
        await using var repository = RepositoryPlace.Parse(place).Place!.Open(new NetworkOptions(), new ConnectOptions(), TimeProvider.System);
        await PublishAsync(repository, "v1", seed: 1);
        await repository.TagAsync("llama-3-8b", "latest", "v1", CancellationToken.None);

        await _local.ReadyAsync();
    }

    [Fact]
    public async Task A_new_version_is_tried_on_a_part_of_the_requests_and_promoted_or_taken_back()
    {
        var place = await PlaceAsync("folder");
        await using var repository = RepositoryPlace.Parse(place).Place!.Open(new NetworkOptions(), new ConnectOptions(), TimeProvider.System);
        await PublishAsync(repository, "v1", seed: 1);
        await PublishAsync(repository, "v2", seed: 2);
        await PublishAsync(repository, "v3", seed: 3);
        await repository.TagAsync("llama-3-8b", "latest", "v1", CancellationToken.None);
        await _local.ApplyAsync(Sample("folder", place));
        await _local.ApplyAsync(Trying(weight: 50, minRequests: 5, observeSeconds: 1));
        await _local.ReadyAsync();
        var pod = await ServedAsync("v1");
        using var stop = new CancellationTokenSource();

        // Nobody asks: it is ready, and is not promoted.
        await repository.TagAsync("llama-3-8b", "latest", "v2", CancellationToken.None);
        await TriedAsync("v2", CanaryPhases.Progressing, "waits for requests");
        (await ModelAsync()).Status!.ResolvedVersion.ShouldBe("v1");
        (await _local.PodsAsync()).Count.ShouldBe(2, "one serves, one is tried");
        var asking = AskAsync(stop.Token);
        await TriedAsync("v2", CanaryPhases.Promoted, "was promoted");
        pod = await ServedAsync("v2", pod);
        await _local.UntilAsync(async () => (await _local.Client.Of<Model>().ListAsync(new ListOptions(), CancellationToken.None)).Items.Count == 1 ? "the trial's Model is gone" : null);

        // A version whose engine ends is taken back, and nobody notices.
        await _local.ApplyAsync(Trying(weight: 50, minRequests: 5, observeSeconds: 600));
        var served = await _local.AskAsync();
        await repository.TagAsync("llama-3-8b", "latest", "v3", CancellationToken.None);
        await TriedAsync("v3", CanaryPhases.Progressing, "answers 50%");
        var tried = (await _local.AnsweringAsync(2)).Single(one => one != served);
        using (var engine = Process.GetProcessById(int.Parse(tried, CultureInfo.InvariantCulture)))
        {
            engine.Kill();
        }

        await TriedAsync("v3", CanaryPhases.RolledBack, "v2 stays");
        await _local.UntilAsync(async () => (await _local.PodsAsync()).Count == 1 ? "the trial's replica is gone" : null);
        (await ModelAsync()).Status!.ShouldSatisfyAllConditions(
            status => status.Versions!.Select(one => one.Version).ShouldBe(["v1", "v2"]),
            status => status.Conditions!.Single(condition => condition.Type == ConditionTypes.SourceDrifted).Message!.ShouldContain("v3 was taken back"));

        await stop.CancelAsync();
        (await asking).ShouldBeEmpty("requests are answered throughout");
    }

    [Fact]
    public async Task A_new_version_that_cannot_be_served_is_taken_back_and_another_one_is_tried()
    {
        var place = await PlaceAsync("folder");
        await using var repository = RepositoryPlace.Parse(place).Place!.Open(new NetworkOptions(), new ConnectOptions(), TimeProvider.System);
        await PublishAsync(repository, "v1", seed: 1);
        await PublishAsync(repository, "v3", seed: 3);
        Directory.CreateDirectory(Path.Combine(place, "models", "llama-3-8b", "v2"));
        await File.WriteAllTextAsync(Path.Combine(place, "models", "llama-3-8b", "v2", "tiny.gguf"), "not a model", TestContext.Current.CancellationToken);
        await repository.TagAsync("llama-3-8b", "latest", "v1", CancellationToken.None);
        await _local.ApplyAsync(Sample("folder", place));
        await _local.ApplyAsync(Trying(weight: 10, minRequests: 0, observeSeconds: 0));
        await _local.ReadyAsync();

        await repository.TagAsync("llama-3-8b", "latest", "v2", CancellationToken.None);
        await TriedAsync("v2", CanaryPhases.RolledBack, "v1 stays");
        await repository.TagAsync("llama-3-8b", "latest", "v3", CancellationToken.None);

        await TriedAsync("v3", CanaryPhases.Promoted, "was promoted");
        await ServedAsync("v3");
    }

    /// <summary>The sample of the documentation, with these settings.</summary>
    private static string Trying(int weight, int minRequests, int observeSeconds) => File.ReadAllText(Path.Combine(Checkout.Root, "samples", "canary-model.yaml"))
        .Replace("weight: 10", $"weight: {weight}", StringComparison.Ordinal)
        .Replace("minRequests: 20", $"minRequests: {minRequests}", StringComparison.Ordinal)
        .Replace("observeSeconds: 600", $"observeSeconds: {observeSeconds}", StringComparison.Ordinal);

    private Task<string> TriedAsync(string version, string phase, string message) => _local.UntilAsync(async () =>
        (await ModelAsync()).Status is { Canary: { } canary } && canary.Version == version && canary.Phase == phase && canary.Message!.Contains(message, StringComparison.Ordinal) ? "seen" : null);

    [Fact]
    public async Task Only_what_is_signed_by_a_trusted_key_is_served()
    {
        var place = await PlaceAsync("oci");
        await using var repository = RepositoryPlace.Parse(place).Place!.Open(new NetworkOptions(), new ConnectOptions { Credentials = Credentials() }, TimeProvider.System);
        var (secret, open) = ModelSignature.NewKeys();
        await PublishAsync(repository, "unsigned", seed: 1);
        await PublishAsync(repository, "foreign", seed: 1, ModelSignature.NewKeys().PrivateKeyPem);
        await PublishAsync(repository, "signed", seed: 1, secret);

        await DeployAsync("unsigned");
        await SaysAsync(ModelReasons.SignatureRefused);
        (await ModelAsync()).Status!.Conditions!.Single(condition => condition.Type == ConditionTypes.Ready).Message!.ShouldContain("is not signed");
        await DeployAsync("foreign");
        await _local.UntilAsync(async () => (await ModelAsync()).Status!.Conditions!.Single(condition => condition.Type == ConditionTypes.Ready).Message!.Contains("none of the keys", StringComparison.Ordinal) ? "said" : null);
        (await _local.PodsAsync()).ShouldBeEmpty();
        await DeployAsync("foreign", "Warn");
        await _local.ReadyAsync();
        (await ModelAsync()).Status!.Conditions!.Single(condition => condition.Type == ConditionTypes.SignatureVerified).Status.ShouldBe("False");

        await DeployAsync("signed");
        await _local.UntilAsync(async () => (await ModelAsync()).Status!.Conditions!.SingleOrDefault(condition => condition.Type == ConditionTypes.SignatureVerified)?.Status == "True" ? "verified" : null);
        await _local.ReadyAsync();
        (await _local.AskAsync()).ShouldNotBeNull();

        Task DeployAsync(string version, string policy = "Require") => _local.ApplyAsync(
            File.ReadAllText(Path.Combine(Checkout.Root, "samples", "signed-model.yaml"))
                .Replace("registry.internal/models/llama-3.1-8b:1", $"{place["oci://".Length..]}/llama-3-8b:{version}", StringComparison.Ordinal)
                .Replace("  verify:", "  sourceSecretRef:\n    name: registry\n  verify:", StringComparison.Ordinal)
                .Replace("policy: Require", $"policy: {policy}", StringComparison.Ordinal)
                .Replace("release.pub: change-me", $"release.pub: |\n    {open.Trim().Replace("\n", "\n    ", StringComparison.Ordinal)}", StringComparison.Ordinal)
                + $"---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: registry\nstringData:\n  {_credentials}\n");
    }

    private async Task<string> PlaceAsync(string kind)
    {
        switch (kind)
        {
            case "s3":
                var (store, noStore) = await S3Server.StartAsync("llm-models");
                Assert.SkipWhen(store is null, noStore ?? "");
                _servers.Add(store!);
                _credentials = $"AWS_ACCESS_KEY_ID: {S3Server.AccessKey}\n  AWS_SECRET_ACCESS_KEY: {S3Server.SecretKey}";
                return $"s3://llm-models/team-a?endpoint={Uri.EscapeDataString(store!.Url.ToString())}";
            case "oci":
                var (registry, noRegistry) = await RegistryServer.StartAsync(Checkout.Root);
                Assert.SkipWhen(registry is null, noRegistry ?? "");
                _servers.Add(registry!);
                _credentials = $"username: {RegistryServer.User}\n  password: {RegistryServer.Password}";
                return $"oci://{registry!.Host}/team-a";
            default:
                _credentials = "none: none";
                return kind == "pvc" ? Path.Combine(_local.Home, "volumes", "default", "models", "team-a") : Path.Combine(_local.Home, "repository");
        }
    }

    private Dictionary<string, string> Credentials() =>
        _credentials.Split('\n').Select(line => line.Trim().Split(": ")).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    /// <summary>The sample of the documentation, with this repository in it.</summary>
    private string Sample(string kind, string place)
    {
        var origin = RepositoryPlace.Parse(place).Place!.Origin;
        var sample = File.ReadAllText(Path.Combine(Checkout.Root, "samples", "model-repository.yaml"))
            .Replace("AWS_ACCESS_KEY_ID: change-me\n  AWS_SECRET_ACCESS_KEY: change-me", _credentials, StringComparison.Ordinal)
            .Replace("pollIntervalSeconds: 30", "pollIntervalSeconds: 1", StringComparison.Ordinal);
        return kind switch
        {
            "s3" => sample.Replace("http://minio.internal:9000", ((ModelSource.S3)origin).Endpoint!, StringComparison.Ordinal),
            "oci" => sample.Replace("type: s3", "type: oci", StringComparison.Ordinal).Replace("http://minio.internal:9000", ((ModelSource.Oci)origin).Image.Split('/')[0], StringComparison.Ordinal).Replace("  bucket: llm-models\n", "", StringComparison.Ordinal),
            "pvc" => sample.Replace("type: s3", "type: pvc", StringComparison.Ordinal).Replace("bucket: llm-models", "claimName: models\n  path: team-a", StringComparison.Ordinal)
                + "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: models\nspec:\n  accessModes: [ReadWriteOnce]\n  resources:\n    requests:\n      storage: 1Gi\n",
            _ => sample.Replace("type: s3", "type: folder", StringComparison.Ordinal).Replace("bucket: llm-models", $"path: {place}", StringComparison.Ordinal),
        };
    }

    private static async Task PublishAsync(IModelRepository repository, string version, ulong seed, string? key = null)
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-version-").FullName;
        TinyModel.WriteFile(Path.Combine(folder, "tiny.gguf"), new TinyModelOptions { Seed = seed });
        var connected = (ConnectResult.Connected)await new LlmKube.Models.Backends.Local.LocalBackend(["/"]).ConnectAsync(new ModelSource.Local(folder), new ConnectOptions(), CancellationToken.None);
        await using var session = key is null ? connected.Session : await SignedSession.SignAsync(connected.Session, "llama-3-8b", key, CancellationToken.None);
        await repository.PublishAsync(new VersionManifest { Name = "llama-3-8b", Version = version, Files = [] }, session, null, CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }

    private Task<Model> ModelAsync() => _local.Client.Of<Model>().GetAsync(LocalUnderTest.Demo, CancellationToken.None);

    private Task<string> SaysAsync(string reason) => _local.UntilAsync(async () => (await ModelAsync()).Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready)?.Reason == reason ? "said" : null);

    /// <summary>The version is resolved, and the replica that was there before made way to one that is ready; its name.</summary>
    private Task<string> ServedAsync(string version, string? before = null) => _local.UntilAsync(async () =>
    {
        var pods = (await ModelAsync()).Status is { Phase: ModelPhases.Ready } status && status.ResolvedVersion == version ? await _local.PodsAsync() : [];
        return pods.Count == 1 && pods[0].Metadata.Name != before && (await _local.Client.Of<InferenceService>().GetAsync(LocalUnderTest.Demo, CancellationToken.None)).Status is { Phase: "Ready" } ? pods[0].Metadata.Name : null;
    });

    private Task<Model> PinAsync(string? version) => _local.Client.Of<Model>().PatchAsync(
        LocalUnderTest.Demo, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Annotations.PinnedVersion] = version } } }), new PatchOptions(), CancellationToken.None);

    /// <summary>Asks without a pause; what was said to requests that were not answered.</summary>
    private async Task<IReadOnlyList<string>> AskAsync(CancellationToken stop)
    {
        var refused = new List<string>();
        while (!stop.IsCancellationRequested)
        {
            var (status, text, _) = await _local.ChatAsync();
            if (status != HttpStatusCode.OK)
            {
                refused.Add($"{(int)status} {text}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }

        return refused;
    }
}
