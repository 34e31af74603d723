using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Canaries;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Canaries;

/// <summary>The Model and the services of a trial.</summary>
public sealed class CanaryObjectsTests
{
    private static readonly Model s_model = new()
    {
        Metadata = new ObjectMeta { Name = "llama", Namespace = "team", Uid = "1" },
        Spec = new ModelSpec { Source = SourceField.FromText("repo://main/llama-3-8b:latest"), RefreshPolicy = RefreshPolicies.Canary, Canary = new CanarySpec { Weight = 30 }, Files = ["a.gguf"] },
    };

    private static readonly CanaryStatus s_trial = new() { Version = "v2", Generation = 3 };

    [Fact]
    public void The_model_is_that_of_the_version_and_is_tried_by_nobody_else()
    {
        var tried = CanaryObjects.ModelOf(s_model, s_trial);

        tried.Spec.ShouldBe(new ModelSpec { Source = SourceField.FromText("repo://main/llama-3-8b@v2"), Files = s_model.Spec.Files });
        tried.Metadata.ShouldSatisfyAllConditions(
            metadata => metadata.Name!.ShouldStartWith("llama-canary-"),
            metadata => metadata.OwnerReferences!.Single().Uid.ShouldBe("1"),
            metadata => metadata.Annotations!.ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create(Annotations.CanaryOf, "llama")));
        (CanaryObjects.ModelOf(s_model, s_trial with { Generation = 4 }).Metadata.Name == tried.Metadata.Name).ShouldBeFalse("a trial that is begun anew does not meet what is left of the one before");
    }

    [Fact]
    public void A_service_is_tried_with_one_replica_that_only_the_router_knows()
    {
        var service = new InferenceService
        {
            Metadata = new ObjectMeta { Name = "chat", Namespace = "team", Uid = "2" },
            Spec = new InferenceServiceSpec
            {
                ModelRef = "llama",
                Replicas = 4,
                ContextSize = 4096,
                Autoscaling = new AutoscalingSpec { MaxReplicas = 8 },
                Endpoint = new EndpointSpec { Port = 9000, Type = ServiceTypes.NodePort, NodePort = 30_000, Gateway = new EndpointGatewaySpec { Enabled = true } },
            },
        };

        var tried = CanaryObjects.ServiceOf(service, CanaryObjects.ModelOf(s_model, s_trial), s_trial, weight: 30);

        tried.Spec.ShouldBe(new InferenceServiceSpec { ModelRef = CanaryObjects.ModelOf(s_model, s_trial).Metadata.Name!, Replicas = 1, ContextSize = 4096, Endpoint = new EndpointSpec { Port = 9000 } });
        tried.Metadata.Annotations!.Select(one => $"{one.Key}={one.Value}").ShouldBe([$"{Annotations.CanaryOf}=chat", $"{Annotations.CanaryWeight}=30"]);
        tried.Metadata.OwnerReferences!.Single().Uid.ShouldBe("2");
    }

    [Fact]
    public void A_long_name_stays_a_label_of_DNS()
    {
        var model = s_model with { Metadata = s_model.Metadata with { Name = new string('a', 52) + ".b" } };

        CanaryObjects.ModelOf(model, s_trial).Metadata.Name!.Length.ShouldBeLessThanOrEqualTo(63);
    }
}
