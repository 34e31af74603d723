using System.CommandLine;
using LlmKube.Cli.Commands.Cache.Claims;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Pods;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

/// <summary>Which store a command means, and what is asked of a pod. That pods do it, the stories of tests/cluster show.</summary>
public sealed class ClaimCommandTests : IAsyncLifetime
{
    private CliUnderTest _cli = null!;

    public async ValueTask InitializeAsync() => _cli = await CliUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Fact]
    public async Task Without_LLMKube_in_the_cluster_a_folder_of_this_machine_is_meant()
    {
        var listed = await _cli.RunAsync("cache", "list");

        listed.Code.ShouldBe(0, listed.Error);
        listed.Error.ShouldContain(".llmkube/models is empty");
    }

    [Fact]
    public async Task A_claim_that_is_not_there_is_said_and_never_a_folder_instead()
    {
        var listed = await _cli.RunAsync("cache", "list", "--claim", "models");

        listed.Code.ShouldBe(ExitCodes.NotFound);
        listed.Error.ShouldContain("There is no claim models in the namespace default");
    }

    [Fact]
    public async Task A_claim_and_a_folder_are_not_both_meant() => (await _cli.RunAsync("cache", "list", "--claim", "models", "--store", "/tmp/x")).Code.ShouldBe(ExitCodes.Usage);

    [Fact]
    public async Task Several_claims_of_services_are_named_and_the_shared_one_goes_first()
    {
        await ClaimAsync("one-model-cache");
        await ClaimAsync("two-model-cache");
        await OperatorAsync();
        var ambiguous = await _cli.RunAsync("cache", "list");
        ambiguous.Code.ShouldBe(ExitCodes.Usage);
        ambiguous.Error.ShouldContain("one-model-cache, two-model-cache");

        await ClaimAsync("llmkube-model-cache");
        var preload = await _cli.RunAsync("cache", "preload", "/models/x.gguf");
        preload.Error.ShouldContain("The store is the claim llmkube-model-cache of the namespace default");
        preload.Error.ShouldContain("which a pod cannot read");
    }

    [Fact]
    public async Task Where_LLMKube_runs_a_namespace_without_a_claim_is_said_and_a_preload_makes_it()
    {
        await OperatorAsync("--model-cache-size=7Gi", "--model-cache-access-mode=ReadWriteMany");
        (await _cli.RunAsync("cache", "list")).Error.ShouldContain("The namespace default has no claim with a model store.");

        await _cli.RunAsync("cache", "preload", "/models/x.gguf");

        var claim = await _cli.Api.Client.Of<PersistentVolumeClaim>().GetAsync(new ObjectKey("default", "llmkube-model-cache"), CancellationToken.None);
        claim.Spec!.AccessModes.ShouldBe(["ReadWriteMany"]);
        claim.Spec.Resources!.Requests!["storage"].ShouldBe("7Gi");
    }

    [Fact]
    public async Task A_preload_that_is_left_to_the_cluster_is_a_Job_that_fetches()
    {
        await OperatorAsync();
        var left = await _cli.RunAsync("cache", "preload", "s3://bucket/x.gguf", "--no-wait", "--secret", "keys", "--include", "*.gguf");

        left.Code.ShouldBe(0, left.Error);
        var job = (await _cli.Api.Client.Of<Job>().ListAsync(new() { Namespace = "default" }, CancellationToken.None)).Items.ShouldHaveSingleItem();
        var container = job.Spec!.Template!.Spec!.Containers!.ShouldHaveSingleItem();
        container.Image.ShouldBe("registry.local/llmkube:1");
        string.Join(' ', container.Args!).ShouldBe("fetch s3://bucket/x.gguf --include=*.gguf --store /models --json --credentials /var/run/llmkube/credentials");
        (await _cli.RunAsync("cache", "preload", "s3://bucket/x.gguf", "--no-wait")).Error.ShouldContain("is there already");
    }

    [Fact]
    public void A_command_line_is_said_again_without_what_only_this_machine_knows()
    {
        var (keep, drop, list) = (new Option<bool>("--all"), new Option<string?>("--claim"), new Option<string[]>("--include"));
        var clear = new Command("clear") { keep, drop, list, new Argument<string>("model") };
        var root = new RootCommand { new Command("cache") { clear } };

        RemoteArguments.Of(root.Parse(["cache", "clear", "demo", "--claim", "x", "--all", "--include", "*.a", "--include", "-b"]), [drop])
            .ShouldBe(["cache", "clear", "demo", "--all", "--include=*.a", "--include=-b", "--store", "/models"]);
    }

    [Fact]
    public void Pods_run_as_the_operator_says()
    {
        var settings = InstalledOperator.Read(
            new Container { Name = "operator", Image = "registry.local/llmkube:2", Args = ["operator", "--leader-elect", "--default-run-as-user=0", "--default-fsgroup=0", "--some-later-flag=x"] },
            new CommandContext { Terminal = new Terminal(TextWriter.Null, TextWriter.Null, false, false, 80, false) });

        (settings.Image, settings.RunAsUser, settings.FsGroup).ShouldBe(("registry.local/llmkube:2", null, null));
        var pod = StorePodObject.Attached(new StoreWork { Key = new ObjectKey("ns", "x"), Claim = "models", Arguments = ["cache", "list"], Node = "node-1", ReadOnly = true }, settings);
        pod.Spec!.SecurityContext!.Value.TryGetProperty("runAsUser", out _).ShouldBeFalse();
        pod.Spec.Affinity!.Value.GetRawText().ShouldContain("node-1");
        pod.Spec.Volumes![0].GetRawText().ShouldContain("\"readOnly\":true");
    }

    private async Task ClaimAsync(string name) => await _cli.Api.Client.Of<PersistentVolumeClaim>().CreateAsync(
        StorePodObject.Claim("default", new CacheSettings()) is var claim ? claim with { Metadata = claim.Metadata with { Name = name } } : claim, CancellationToken.None);

    private async Task OperatorAsync(params string[] arguments) => await _cli.Api.Client.Of<Deployment>().CreateAsync(
        new Deployment
        {
            Metadata = new ObjectMeta { Name = "llmkube-operator", Namespace = "default", Labels = s_labels },
            Spec = new DeploymentSpec
            {
                Selector = new LabelSelector { MatchLabels = s_labels },
                Template = new PodTemplateSpec
                {
                    Metadata = new ObjectMeta { Labels = s_labels },
                    Spec = new PodSpec { Containers = [new Container { Name = "operator", Image = "registry.local/llmkube:1", Args = ["operator", .. arguments] }] },
                },
            },
        },
        CancellationToken.None);

    private static readonly Dictionary<string, string> s_labels = new(StringComparer.Ordinal) { ["app.kubernetes.io/name"] = "llmkube", ["app.kubernetes.io/component"] = "operator" };
}
