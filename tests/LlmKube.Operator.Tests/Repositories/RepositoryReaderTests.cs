using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Models.Sources;
using LlmKube.Operator.Pods;
using LlmKube.Operator.Repositories;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Repositories;

/// <summary>The pod through which a repository in a claim is read.</summary>
public sealed class RepositoryReaderTests
{
    [Fact]
    public void It_mounts_the_claim_read_only_and_may_do_nothing_else()
    {
        var deployment = Of(Repository("main", "/team-a/"), new PodSettings { Image = "registry/llmkube:1" });

        deployment.Metadata.Name.ShouldBe("main-repository");
        deployment.FindController()!.Name.ShouldBe("main");
        var pod = deployment.Spec!.Template!.Spec!;
        pod.AutomountServiceAccountToken.ShouldBe(false);
        pod.Volumes!.Single().GetRawText().ShouldBe("""{"name":"repository","persistentVolumeClaim":{"claimName":"share","readOnly":true}}""");
        var container = pod.Containers!.Single();
        container.Image.ShouldBe("registry/llmkube:1");
        container.Args.ShouldBe(["repo", "serve", "/repository/team-a", "--bind-address", "0.0.0.0:8087"]);
        container.VolumeMounts!.Single().GetProperty("readOnly").GetBoolean().ShouldBeTrue();
        container.SecurityContext!.Value.GetProperty("readOnlyRootFilesystem").GetBoolean().ShouldBeTrue();
        deployment.Spec.Selector!.MatchLabels!.GetValueOrDefault(Labels.AppInstance).ShouldBe("main-repository", StringCompareShould.IgnoreLineEndings);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    public void The_root_of_the_claim_is_where_a_repository_begins_that_says_nothing(string? path) =>
        Of(Repository("main", path), new PodSettings { Image = "x" }).Spec!.Template!.Spec!.Containers!.Single().Args![2].ShouldBe("/repository");

    [Fact]
    public void Long_names_are_cut_and_stay_apart()
    {
        var name = new string('a', 100);
        var cut = RepositoryReaderObject.NameOf(Repository(name, null));

        cut.Length.ShouldBe(63);
        string.Equals(cut, RepositoryReaderObject.NameOf(Repository(name + "b", null)), StringComparison.Ordinal).ShouldBeFalse();
    }

    [Theory]
    [InlineData("../other")]
    [InlineData("a/../../b")]
    public void A_path_that_leads_out_of_the_claim_is_no_place(string path) => RepositoryMeaning.PlaceOf(Repository("main", path).Spec).Problem.ShouldNotBeNull();

    [Fact]
    public void A_claim_has_to_be_named() => RepositoryMeaning.PlaceOf(new ModelRepositorySpec { Type = RepositoryTypes.Pvc }).Problem!.ShouldContain("spec.claimName");

    private static Deployment Of(ModelRepository repository, PodSettings settings) =>
        RepositoryReaderObject.Of(repository, RepositoryMeaning.PlaceOf(repository.Spec).Place!.Origin.ShouldBeOfType<ModelSource.Pvc>(), settings);

    private static ModelRepository Repository(string name, string? path) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = "team", Uid = "u" },
        Spec = new ModelRepositorySpec { Type = RepositoryTypes.Pvc, ClaimName = "share", Path = path },
    };
}
