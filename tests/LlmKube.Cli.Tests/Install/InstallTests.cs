using LlmKube.Cli.Commands.Install;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests.Install;

/// <summary>What <c>llmkube install</c> applies.</summary>
public sealed class InstallTests
{
    [Fact]
    public async Task It_is_taken_by_an_API_server_and_again_changes_nothing()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var objects = InstallManifests.Of(new InstallSettings { Namespace = "ai", Image = "registry.local/llmkube:1", OperatorArguments = ["--offline"] });
        foreach (var pass in (int[])[1, 2])
        {
            foreach (var resource in objects)
            {
                var resources = api.Client.Of(InstallManifests.DefinitionOf(resource));
                var before = await resources.FindAsync(resource.Key(), TestContext.Current.CancellationToken);
                var after = await resources.ApplyAsync(resource, new ApplyOptions("llmkube-install"), TestContext.Current.CancellationToken);
                (after.Metadata.ResourceVersion == before?.Metadata.ResourceVersion).ShouldBe(pass == 2, $"{resource.Kind} {resource.Metadata.Name}");
            }
        }
    }

    [Fact]
    public void It_is_in_the_namespace_and_of_the_image_that_were_asked_for()
    {
        var objects = InstallManifests.Of(new InstallSettings { Namespace = "ai", Image = "registry.local/llmkube:1", Router = false, OperatorArguments = ["--offline"] });

        objects.Select(one => one.Metadata.Namespace).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBe([null, "ai", "kube-node-lease"]);
        objects.ShouldNotContain(one => one.Metadata.Name == "llmkube-router");
        var container = objects.Single(one => one.Kind == "Deployment").Json["spec"]!["template"]!["spec"]!["containers"]![0]!;
        ((string)container["image"]!).ShouldBe("registry.local/llmkube:1");
        var arguments = container["args"]!.AsArray().Select(argument => (string)argument!).ToList();
        arguments.Any(argument => argument == "--init-container-image=registry.local/llmkube:1").ShouldBeTrue();
        arguments[^1].ShouldBe("--offline");
        objects.Single(one => one.Kind == "ClusterRoleBinding").Json["subjects"]![0]!["namespace"]!.GetValue<string>().ShouldBe("ai");
    }

    [Fact]
    public void Nothing_of_it_is_left_out_of_the_kustomization()
    {
        foreach (var folder in (string[])["crds", "operator", "rbac"])
        {
            var listed = Checkout.Read($"deploy/{folder}/kustomization.yaml");
            foreach (var file in Directory.GetFiles(Path.Combine(Checkout.Root, "deploy", folder), "*.yaml").Select(Path.GetFileName).Except(["kustomization.yaml", "agent.yaml"], StringComparer.Ordinal))
            {
                listed.ShouldContain($"- {file}");
            }
        }
    }
}
