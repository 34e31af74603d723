using LlmKube.Operator.Pods;
using LlmKube.Operator.Pods.Storage;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;
using static LlmKube.Operator.Tests.Pods.PodsUnderTest;

namespace LlmKube.Operator.Tests.Pods;

/// <summary>How bytes reach a pod: the table of existing LLMKube's worked examples, and the refusals.</summary>
public sealed class StoragePlannerTests
{
    [Fact]
    public void Pods_that_fetch_are_told_of_the_mirrors_of_registries()
    {
        string[] VariablesOf(PodSettings settings) => [.. Planned(Service(), Model(), settings).InitContainers.Single().Env!.Select(one => one.GetRawText()).Where(text => text.Contains("MIRRORS", StringComparison.Ordinal))];

        VariablesOf(Settings).ShouldBeEmpty();
        VariablesOf(Settings with { RegistryMirrors = "docker.io=registry.site/hub" }).ShouldBe(["""{"name":"LLMKUBE_REGISTRY_MIRRORS","value":"docker.io=registry.site/hub"}"""]);
    }

    [Fact]
    public void A_web_address_is_fetched_into_the_shared_claim_and_served_read_only()
    {
        var plan = Planned(Service(), Model());

        plan.ModelPath.ShouldBe($"/models/{Key}/tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf");
        Json(plan.Volumes).ShouldBe(["""{"name":"model-cache","persistentVolumeClaim":{"claimName":"llmkube-model-cache"}}"""]);
        Json(plan.Mounts).ShouldBe(["""{"name":"model-cache","mountPath":"/models","readOnly":true}"""]);
        plan.Claims.ShouldBe([new CacheClaim("llmkube-model-cache", Made: true, OwnedByService: false, "ReadWriteOnce")]);
        var fetch = plan.InitContainers.ShouldHaveSingleItem();
        fetch.Name.ShouldBe("model-downloader");
        fetch.Image.ShouldBe("llmkube:test");
        fetch.Args.ShouldBe(["fetch", "--store", "/models", "--key", Key, "--json"]);
        Json(fetch.Env).ShouldHave($$"""{"name":"LLMKUBE_SOURCE","value":"{{Source}}"}""");
        Json(fetch.VolumeMounts).ShouldBe(["""{"name":"model-cache","mountPath":"/models"}"""]);
    }

    [Theory]
    [InlineData("own", null, "own", "Require")]
    [InlineData(null, "everyones", "everyones", "Warn")]
    [InlineData("own", "everyones", "own", "Require")]
    public void The_keys_that_a_model_has_to_be_signed_by_reach_what_fetches_it(string? own, string? everyones, string mounted, string policy)
    {
        var settings = Settings with { Verify = everyones is null ? null : new VerifySpec { Keys = new LocalObjectReference { Name = everyones }, Policy = "Warn" } };
        var plan = Planned(Service(), Model(change: spec => spec with { Verify = own is null ? null : new VerifySpec { Keys = new LocalObjectReference { Name = own } } }), settings);

        string.Join(' ', plan.InitContainers.ShouldHaveSingleItem().Args!).ShouldContain($"--verify-keys /var/run/llmkube/keys --verify-policy {policy}");
        Json(plan.Volumes).ShouldHave("""{"name":"model-keys","secret":{"secretName":"KEYS"}}""".Replace("KEYS", mounted, StringComparison.Ordinal));
        Json(plan.InitContainers[0].VolumeMounts).ShouldHave("""{"name":"model-keys","mountPath":"/var/run/llmkube/keys","readOnly":true}""");
    }

    [Fact]
    public void A_claim_is_served_in_place()
    {
        var plan = Planned(Service(), Model("pvc://models/a/b.gguf"));

        plan.ModelPath.ShouldBe("/model-source/a/b.gguf");
        plan.InitContainers.ShouldBeEmpty();
        Json(plan.Volumes).ShouldBe(["""{"name":"model-source","persistentVolumeClaim":{"claimName":"models","readOnly":true}}"""]);
        plan.Claims.ShouldBe([new CacheClaim("models", Made: false, OwnedByService: false, "")]);
    }

    [Fact]
    public void Credentials_are_a_volume_and_on_no_command_line()
    {
        var plan = Planned(Service(), Model("s3://bkt/x/y.gguf", spec => spec with { SourceSecretRef = new LocalObjectReference { Name = "s3" } }));

        plan.ModelPath.ShouldEndWith("/y.gguf");
        Json(plan.Volumes).ShouldHave("""{"name":"model-credentials","secret":{"secretName":"s3"}}""");
        var fetch = plan.InitContainers.Single();
        fetch.Args!.SkipWhile(argument => argument != "--credentials").ShouldBe(["--credentials", "/var/run/llmkube/credentials"]);
        Json(fetch.VolumeMounts).ShouldHave("""{"name":"model-credentials","mountPath":"/var/run/llmkube/credentials","readOnly":true}""");
        Json(plan.Mounts).ShouldHaveSingleItem("the engine sees no credentials");
    }

    [Fact]
    public void What_the_model_says_of_its_files_reaches_the_fetch()
    {
        var digest = new string('a', 64);
        var plan = Planned(Service(), Model("org/repo", spec => spec with { Files = ["a.gguf", "b.gguf"], Mmproj = "mm.gguf", Sha256 = digest, RefreshPolicy = RefreshPolicies.OnChange }, "a.gguf", "b.gguf", "mm.gguf"));

        plan.ModelPath.ShouldEndWith("/a.gguf");
        plan.ProjectorPath.ShouldEndWith("/mm.gguf");
        plan.InitContainers.Single().Args!.Skip(6).ShouldBe(["--sha256", digest, "--refresh", "--include", "a.gguf", "--include", "b.gguf", "--include", "mm.gguf"]);
    }

    [Fact]
    public void A_set_of_safetensors_is_handed_over_as_its_folder()
    {
        var model = Model("hf://org/repo", spec => spec with { Format = ModelFormats.Safetensors }, "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");

        Planned(Service(), model).ModelPath.ShouldMatch("^/models/[0-9a-f]{16}$");
    }

    [Fact]
    public void A_file_of_the_node_is_served_in_place_below_an_allowed_folder_alone()
    {
        var allowed = Settings with { AllowedHostPathRoots = ["/mnt/m"] };

        var plan = Planned(Service(), Model("/mnt/m/x.gguf"), allowed);

        plan.ModelPath.ShouldBe("/model-source/x.gguf");
        Json(plan.Volumes).ShouldBe(["""{"name":"host-model","hostPath":{"path":"/mnt/m/x.gguf","type":"File"}}"""]);
        Refused(Service(), Model("/mnt/m/x.gguf")).Reason.ShouldBe(ModelReasons.SourceNotAllowed);
        Refused(Service(), Model("/mnt/more/x.gguf"), allowed).Reason.ShouldBe(ModelReasons.SourceNotAllowed);
        Refused(Service(), Model("/mnt/m/../../etc/shadow"), allowed).Reason.ShouldBe(ModelReasons.InvalidSource);
    }

    [Fact]
    public void An_ephemeral_store_goes_with_its_pod_and_keeps_its_limit()
    {
        var service = Service(spec => spec with
        {
            ModelCache = new ModelCacheSpec { Persistence = CachePersistences.Ephemeral },
            Resources = new ServiceResources { EphemeralStorage = "20Gi" },
        });

        var plan = Planned(service, Model(), Settings with { Cache = new CacheSettings { Mode = null } });

        Json(plan.Volumes).ShouldBe(["""{"name":"model-storage","emptyDir":{"sizeLimit":"20Gi"}}"""]);
        plan.Claims.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(CacheSettings.PerService, "tinyllama-service-model-cache", true)]
    [InlineData(CacheSettings.PerModel, "tinyllama-model", false)]
    [InlineData(CacheSettings.Shared, "llmkube-model-cache", false)]
    public void The_mode_chooses_the_claim(string mode, string claim, bool owned)
    {
        var found = Planned(Service(), Model(), Settings with { Cache = new CacheSettings { Mode = mode } }).Claims.ShouldHaveSingleItem();

        found.Name.ShouldBe(claim);
        found.OwnedByService.ShouldBe(owned);
    }

    [Fact]
    public void A_claim_of_the_user_s_own_wins_over_every_mode()
    {
        var service = Service(spec => spec with { ModelCache = new ModelCacheSpec { ClaimName = "mine" } });

        Planned(service, Model(), Settings with { Cache = new CacheSettings { Mode = CacheSettings.NodeLocal, HostPath = "/var/models" } }).Claims.ShouldBe([new CacheClaim("mine", Made: false, OwnedByService: false, "")]);
    }

    [Fact]
    public void A_store_of_the_node_is_a_folder_that_the_operator_was_told()
    {
        Json(Planned(Service(), Model(), Settings with { Cache = new CacheSettings { Mode = CacheSettings.NodeLocal, HostPath = "/var/models" } }).Volumes)
            .ShouldBe(["""{"name":"model-cache","hostPath":{"path":"/var/models","type":"DirectoryOrCreate"}}"""]);
        Refused(Service(), Model(), Settings with { Cache = new CacheSettings { Mode = CacheSettings.NodeLocal } }).Message.ShouldContain("--model-cache-host-path");
    }

    [Fact]
    public void Without_a_cache_a_remote_model_is_refused_with_what_to_do()
    {
        Refused(Service(), Model(), Settings with { Cache = new CacheSettings { Mode = null } }).Message.ShouldContain("Ephemeral");
    }

    [Fact]
    public void A_runtime_that_fetches_by_itself_gets_the_name_and_nothing_else()
    {
        var plan = Planned(Service(spec => spec with { SkipModelInit = true }), Model("org/repo"));

        plan.ModelPath.ShouldBe("org/repo");
        plan.Volumes.ShouldBeEmpty();
        plan.InitContainers.ShouldBeEmpty();
    }

    [Fact]
    public void A_draft_model_shares_the_store_and_is_fetched_beside_it()
    {
        var plan = Planned(Service(), Model(), draft: Model("https://models.example/draft.gguf"));

        plan.DraftPath.ShouldEndWith("/draft.gguf");
        plan.Volumes.Count.ShouldBe(1);
        plan.Mounts.Count.ShouldBe(1);
        plan.InitContainers.Select(container => container.Name).ShouldBe(["model-downloader", "draft-model-downloader"]);
    }

    [Fact]
    public void A_draft_model_in_another_claim_gets_a_place_of_its_own()
    {
        var plan = Planned(Service(), Model("pvc://one/a.gguf"), draft: Model("pvc://two/b.gguf"));

        plan.ModelPath.ShouldBe("/model-source/a.gguf");
        plan.DraftPath.ShouldBe("/draft/model-source/b.gguf");
        plan.Volumes.Select(PodJson.NameOf).ShouldBe(["model-source", "draft-model-source"]);
        Json(plan.Mounts)[1].ShouldBe("""{"name":"draft-model-source","mountPath":"/draft/model-source","readOnly":true}""");
    }
}
