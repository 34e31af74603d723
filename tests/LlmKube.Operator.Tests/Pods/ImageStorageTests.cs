using System.Text.Json;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Pods;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;
using static LlmKube.Operator.Tests.Pods.PodsUnderTest;

namespace LlmKube.Operator.Tests.Pods;

/// <summary>Models in images: mounted, handed over or pulled, by what they are and what the cluster has.</summary>
public sealed class ImageStorageTests
{
    private const string Image = "registry.site/models/llama:1";

    [Fact]
    public void An_image_is_mounted_where_the_cluster_has_image_volumes()
    {
        var plan = Planned(Service(), Of(mode: null, root: "/"));

        Json(plan.Volumes.ShouldHaveSingleItem()).ShouldBe("""{"name":"model","image":{"reference":"registry.site/models/llama:1","pullPolicy":"IfNotPresent"}}""");
        Json(plan.Mounts.ShouldHaveSingleItem()).ShouldBe("""{"name":"model","mountPath":"/model","readOnly":true}""");
        (plan.ModelPath, plan.InitContainers.Count, plan.Claims.Count).ShouldBe(("/model/llama.gguf", 0, 0));
        plan.PullSecrets.ShouldBe(["users"]);
        plan.Message.ShouldContain("this cluster has image volumes");
        Planned(Service(), Of(mode: null, root: "/models")).ModelPath.ShouldBe("/model/models/llama.gguf");
    }

    [Theory]
    [InlineData(34, "/", null)]
    [InlineData(36, null, null)]
    [InlineData(36, "/", "pull")]
    [InlineData(36, "/", "fetch")]
    public void It_is_pulled_into_the_store_on_older_clusters_where_it_is_no_image_and_where_that_is_asked_for(int minor, string? root, string? mode)
    {
        var plan = Planned(Service(), Of(mode, root), minor: minor);

        plan.InitContainers.ShouldHaveSingleItem().Name.ShouldBe("model-downloader");
        plan.PullSecrets.ShouldBeEmpty();
    }

    [Fact]
    public void A_volume_that_is_asked_for_is_had_or_refused_with_the_reason()
    {
        Planned(Service(), Of("volume", root: null), minor: 33).Message.ShouldContain("the source's mode is volume");
        var refused = Refused(Service(), Of("volume", "/"), minor: 30);
        (refused.Reason, refused.Message.Contains("mode: init", StringComparison.Ordinal)).ShouldBe((ServiceReasons.UnsupportedByCluster, true));
        Refused(Service(), Of("volume", "/", files: [])).Message.ShouldContain("spec.files");
    }

    [Fact]
    public void An_image_that_was_verified_is_named_by_its_digest_and_one_that_could_not_be_is_not_left_to_the_cluster()
    {
        var digest = "sha256:" + new string('a', 64);
        Json(Planned(Service(), Verified(Of(mode: null, "/"), Condition.True)).Volumes.ShouldHaveSingleItem()).ShouldContain($"registry.site/models/llama@{digest}");
        Planned(Service(), Verified(Of("init", "/"), Condition.True)).InitContainers.ShouldHaveSingleItem().Image.ShouldBe($"registry.site/models/llama@{digest}");

        Planned(Service(), Verified(Of(mode: null, "/"), Condition.Unknown)).InitContainers.ShouldHaveSingleItem().Name.ShouldBe("model-downloader");
        Refused(Service(), Verified(Of("volume", "/"), Condition.Unknown)).Reason.ShouldBe(ModelReasons.SignatureRefused);
        Refused(Service(), Verified(Of("init", "/"), Condition.Unknown)).Reason.ShouldBe(ModelReasons.SignatureRefused);

        Model Verified(Model model, string status) => model with
        {
            Status = model.Status! with { ResolvedRevision = digest, Conditions = [.. model.Status.Conditions ?? [], new Condition { Type = ConditionTypes.SignatureVerified, Status = status, Reason = "x" }] },
        };
    }

    [Theory]
    [InlineData("/models", "cp -r /models/. /model/")]
    [InlineData("/", "cp -r /llama.gguf /notes /model/")]
    public void An_image_hands_its_files_over(string root, string command)
    {
        var plan = Planned(Service(), Of("init", root, ["llama.gguf", "notes/a.txt", "notes/b.txt"]), minor: 20);

        var container = plan.InitContainers.ShouldHaveSingleItem();
        (container.Image, string.Join(' ', container.Command!)).ShouldBe((Image, command));
        plan.ModelPath.ShouldBe("/model/llama.gguf");
        Json(plan.Mounts.ShouldHaveSingleItem()).ShouldContain("\"readOnly\":true");
    }

    [Fact]
    public void Pods_get_the_users_of_registries_of_the_service_the_model_and_the_installation()
    {
        var settings = Settings with { ImagePullSecrets = ["everywhere", "users"] };
        var template = Template(Service(spec => spec with { ImagePullSecrets = [new LocalObjectReference { Name = "own" }] }), Of(null, "/"), settings);

        template.Spec!.ImagePullSecrets!.Select(PodJson.NameOf).ShouldBe(["own", "users", "everywhere"]);
    }

    private static Model Of(string? mode, string? root, string[]? files = null)
    {
        var said = mode is null ? "" : $",\"mode\":\"{mode}\"";
        using var json = JsonDocument.Parse("{\"type\":\"oci\",\"image\":\"" + Image + "\",\"secretRef\":{\"name\":\"users\"}" + said + "}");
        var model = Model(change: spec => spec with { Source = new SourceField(json.RootElement.Clone()) }, files: files ?? ["llama.gguf"]);
        return model with { Status = model.Status! with { ImageRoot = root } };
    }
}
