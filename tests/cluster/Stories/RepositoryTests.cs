using System.Net;
using LlmKube.Cluster.Tests.Harness;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using LlmKube.Router;
using LlmKube.TestKit.Sites;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>A repository of models on a real object store: upload, serve, move the tag, see the rollout, go back.</summary>
public sealed class RepositoryTests(ClusterFixture cluster)
{
    [Fact]
    public async Task A_tag_that_moves_rolls_real_pods_and_one_command_goes_back()
    {
        await using var story = await Story.BeginAsync(cluster, "repository");
        var (store, missing) = await S3Server.StartAsync("models", IPAddress.Parse(ControlPlane.NodeAddress));
        Assert.SkipWhen(store is null, missing ?? "");
        await using (store)
        {
            var place = await RepositoryAsync(story, store!);
            await story.DeployAsync("demo", "repo://main/tiny:latest", model: spec => spec with { RefreshPolicy = RefreshPolicies.OnChange });
            await ServedAsync(story, "v1");
            using var stop = new CancellationTokenSource();
            var asking = AskAsync(() => AskPodAsync(story), stop.Token);

            await PushAsync(place, "v2", "--tag=latest");
            await ServedAsync(story, "v2");
            await cluster.LlmKubeAsync("rollout", "undo", "demo", "-n", "repository");
            await ServedAsync(story, "v1");
            (await cluster.LlmKubeAsync("rollout", "status", "demo", "-n", "repository")).ShouldContain("v1");

            await stop.CancelAsync();
            (await asking).ShouldBeGreaterThan(0, "requests are answered throughout");
            (await story.FetchedAsync("demo")).ShouldBe(0, "the version before is in the store still");
        }
    }

    [Fact]
    public async Task A_repository_in_a_claim_is_read_through_a_pod_and_served_in_place()
    {
        await using var story = await Story.BeginAsync(cluster, "share");
        var folder = cluster.NodeFolder("share");
        foreach (var below in (string[])["team-a", "team-a/models", "team-a/models/tiny", "team-a/models/tiny/tags"])
        {
            cluster.NodeFolder(Path.Combine("share", below));
        }

        await PushAsync(Path.Combine(folder, "team-a"), "v1", "--tag=latest");
        await cluster.VolumeAsync("share", folder, "share", "models");
        var repository = new ObjectKey("share", "main");
        await cluster.Client.Of<ModelRepository>().ApplyAsync(
            new ModelRepository { Metadata = new() { Name = repository.Name, Namespace = repository.Namespace }, Spec = new ModelRepositorySpec { Type = RepositoryTypes.Pvc, ClaimName = "models", Path = "team-a", PollIntervalSeconds = 1 } },
            new ApplyOptions("a-user"),
            CancellationToken.None);
        await story.DeployAsync("demo", "repo://main/tiny:latest", model: spec => spec with { RefreshPolicy = RefreshPolicies.OnChange });
        await story.ModelSaysAsync("demo", ModelReasons.SourceUnavailable);

        await story.ClaimAsync("models");
        await ServedInPlaceAsync("v1");
        await File.WriteAllBytesAsync(Path.Combine(folder, "tiny.gguf"), Story.TinyModel(seed: 2), TestContext.Current.CancellationToken);
        await cluster.LlmKubeAsync("repo", "push", Path.Combine(folder, "tiny.gguf"), "main", "tiny@v2", "--tag", "staging", "--license", "mit", "-n", "share");
        (await cluster.LlmKubeAsync("repo", "verify", "main", "tiny:staging", "-n", "share")).ShouldContain("ok");
        (await cluster.LlmKubeAsync("repo", "show", "main", "tiny@v2", "-n", "share")).ShouldContain("mit");
        await cluster.LlmKubeAsync("repo", "promote", "main", "tiny:staging", "latest", "-n", "share");
        await ServedInPlaceAsync("v2");
        (await cluster.LlmKubeAsync("repo", "tags", "main", "tiny", "-n", "share")).ShouldContain("latest");
        await cluster.LlmKubeAsync("repo", "untag", "main", "tiny:staging", "-n", "share");
        Directory.EnumerateFileSystemEntries(Path.Combine(folder, "team-a")).Select(Path.GetFileName).ShouldBe(["models"], "nothing is left of what was sent");
        await cluster.LlmKubeAsync("rollout", "undo", "demo", "-n", "share");
        await ServedInPlaceAsync("v1");

        await cluster.UntilAsync("the repository is counted", async () => (await cluster.Client.Of<ModelRepository>().GetAsync(repository, CancellationToken.None)).Status is { Models: 1, Tags: 1, Place: "pvc://models/team-a" });
        await cluster.Client.Of<ModelRepository>().DeleteAsync(repository, new DeleteOptions(), CancellationToken.None);
        await cluster.UntilAsync("its reader goes with it", async () => await cluster.Client.Of<Deployment>().FindAsync(repository with { Name = "main-repository" }, CancellationToken.None) is null);

        async Task ServedInPlaceAsync(string version)
        {
            await cluster.UntilAsync($"{version} is resolved", async () => (await story.ModelAsync("demo")).Status is { Phase: ModelPhases.Ready } status && status.ResolvedSource == $"pvc://models/team-a/models/tiny/{version}/tiny.gguf");
            await cluster.UntilAsync($"a pod of {version} serves", async () =>
                await story.PodsAsync("demo") is [var pod] && pod.Spec!.Containers!.Any(container => string.Join(' ', container.Args ?? []).Contains($"/{version}/tiny.gguf", StringComparison.Ordinal)) && pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true);
            await story.ReadyAsync("demo");
            (await story.ChatAsync("demo")).ShouldBe("chat.completion");
        }
    }

    [Fact]
    public async Task A_new_version_is_tried_in_a_pod_beside_those_that_serve_and_promoted_or_taken_back()
    {
        await using var story = await Story.BeginAsync(cluster, "canary");
        var (store, missing) = await S3Server.StartAsync("models", IPAddress.Parse(ControlPlane.NodeAddress));
        Assert.SkipWhen(store is null, missing ?? "");
        await using (store)
        {
            var place = await RepositoryAsync(story, store!);
            await using var router = await RouterHost.StartAsync(new RouterOptions { Port = 0 }, cluster.Client, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
            var chat = new Uri(router.Url, "v1/chat/completions");
            await story.DeployAsync("demo", "repo://main/tiny:latest", model: spec => Trying(spec, observeSeconds: 5));
            await ServedAsync(story, "v1");
            await cluster.UntilAsync("the router knows it", async () => await story.ChatAsync(chat, "canary/demo") is not null);
            using var stop = new CancellationTokenSource();
            var asking = AskAsync(() => story.ChatAsync(chat, "canary/demo"), stop.Token);

            await PushAsync(place, "v2", "--tag=latest");
            await TriedAsync(story, CanaryPhases.Progressing);
            await TriedAsync(story, CanaryPhases.Promoted);
            await ServedAsync(story, "v2");
            await cluster.UntilAsync("nothing is left of the trial", async () => (await cluster.Client.Of<InferenceService>().ListAsync(new ListOptions { Namespace = "canary" }, CancellationToken.None)).Items.Count == 1);

            await story.ModelAsync("demo", "repo://main/tiny:latest", spec => Trying(spec, observeSeconds: 3600));
            await PushAsync(place, "v3", "--tag=latest");
            await cluster.UntilAsync("v3 answers", async () => (await story.ModelAsync("demo")).Status?.Canary is { Version: "v3", Requests: > 0 });
            (await cluster.LlmKubeAsync("rollout", "status", "demo", "-n", "canary")).ShouldContain("tried");
            await cluster.LlmKubeAsync("rollout", "undo", "demo", "-n", "canary");
            await cluster.UntilAsync("v3 is tried no more", async () => (await cluster.Client.Of<InferenceService>().ListAsync(new ListOptions { Namespace = "canary" }, CancellationToken.None)).Items.Count == 1);
            (await story.ModelAsync("demo")).Status!.ResolvedVersion.ShouldBe("v2");

            await stop.CancelAsync();
            (await asking).ShouldBeGreaterThan(0, "requests are answered throughout");
        }

        static ModelSpec Trying(ModelSpec spec, int observeSeconds) =>
            spec with { RefreshPolicy = RefreshPolicies.Canary, Canary = new CanarySpec { Weight = 50, MinRequests = 5, MaxErrorPercent = 0, ObserveSeconds = observeSeconds } };
    }

    private Task TriedAsync(Story story, string phase) =>
        cluster.UntilAsync($"the trial is {phase}", async () => (await story.ModelAsync("demo")).Status?.Canary?.Phase == phase);

    /// <summary>A repository in the object store with a first version; its place.</summary>
    private async Task<string> RepositoryAsync(Story story, S3Server store)
    {
        var place = $"s3://models/team-a?endpoint={Uri.EscapeDataString(store.Url.ToString())}";
        await PushAsync(place, "v1", "--tag=latest");
        await story.SecretAsync("keys", ("AWS_ACCESS_KEY_ID", S3Server.AccessKey), ("AWS_SECRET_ACCESS_KEY", S3Server.SecretKey));
        await cluster.Client.Of<ModelRepository>().ApplyAsync(
            new ModelRepository
            {
                Metadata = new() { Name = "main", Namespace = story.Namespace },
                Spec = new ModelRepositorySpec { Type = RepositoryTypes.S3, Endpoint = store.Url.ToString(), Bucket = "models", Prefix = "team-a", SecretRef = new LocalObjectReference { Name = "keys" }, PollIntervalSeconds = 1 },
            },
            new ApplyOptions("a-user"),
            CancellationToken.None);
        return place;
    }

    private async Task PushAsync(string place, string version, params string[] more)
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-push-").FullName;
        var credentials = Directory.CreateDirectory(Path.Combine(folder, "credentials")).FullName;
        await File.WriteAllTextAsync(Path.Combine(credentials, "AWS_ACCESS_KEY_ID"), S3Server.AccessKey);
        await File.WriteAllTextAsync(Path.Combine(credentials, "AWS_SECRET_ACCESS_KEY"), S3Server.SecretKey);
        await File.WriteAllBytesAsync(Path.Combine(folder, "tiny.gguf"), Story.TinyModel(seed: (ulong)version[1]));
        await cluster.LlmKubeAsync(["repo", "push", Path.Combine(folder, "tiny.gguf"), place, $"tiny@{version}", "--credentials", credentials, .. more]);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The version is what is served, by pods that were made for it alone.</summary>
    private async Task ServedAsync(Story story, string version)
    {
        await cluster.UntilAsync($"{version} is resolved", async () => (await story.ModelAsync("demo")).Status is { Phase: ModelPhases.Ready } status && status.ResolvedVersion == version);
        var key = (await story.ModelAsync("demo")).Status!.CacheKey!;
        await cluster.UntilAsync($"pods of {version} serve", async () =>
            await story.PodsAsync("demo") is [var pod] && pod.Spec!.Containers!.Any(container => string.Join(' ', container.Args ?? []).Contains(key, StringComparison.Ordinal)) && pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true);
        await story.ReadyAsync("demo");
        (await story.ChatAsync("demo")).ShouldBe("chat.completion");
    }

    /// <summary>Asks without a pause, until it is stopped; fails with the first that is not answered. How many were.</summary>
    private static async Task<int> AskAsync(Func<Task> ask, CancellationToken stop)
    {
        var answered = 0;
        while (!stop.IsCancellationRequested)
        {
            await ask();
            answered++;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
        }

        return answered;
    }

    private static async Task AskPodAsync(Story story)
    {
        try
        {
            await story.ChatAsync("demo");
        }
        catch (HttpRequestException)
        {
            // The pod ended between the question which one is ready and the request: another one is, at once.
            await story.ChatAsync("demo");
        }
    }
}
