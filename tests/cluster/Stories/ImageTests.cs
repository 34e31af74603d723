using System.Net;
using LlmKube.Cluster.Tests.Harness;
using LlmKube.Models.Oci;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using System.Text.Json.Nodes;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>Models in images for containers, in real pods.</summary>
public sealed class ImageTests(ClusterFixture cluster)
{
    [Fact]
    public async Task An_image_is_pulled_into_the_store_or_hands_its_model_over()
    {
        await using var story = await Story.BeginAsync(cluster, "images");
        var (registry, missing) = await RegistryServer.StartAsync(Checkout.Root, address: IPAddress.Parse(ControlPlane.NodeAddress));
        Assert.SkipWhen(registry is null, missing ?? "");
        await using (registry)
        {
            var image = $"{registry!.Host}/images/tiny:1";
            await PublishAsync(registry, image);
            await story.SecretAsync("user", ("username", RegistryServer.User), ("password", RegistryServer.Password), ("insecure", "true"));

            // This Kubernetes has no image volumes: left alone, the model is pulled.
            await DeployAsync(story, "pulled", image, mode: null);
            await story.ReadyAsync("pulled");
            (await story.ModelAsync("pulled")).Status!.ImageRoot.ShouldBe("/models");
            (await story.FetchedAsync("pulled")).ShouldBeGreaterThan(0);
            (await story.ChatAsync("pulled")).ShouldBe("chat.completion");

            await DeployAsync(story, "handed", image, mode: "init");
            await story.ReadyAsync("handed");
            (await story.ChatAsync("handed")).ShouldBe("chat.completion");
            (await story.PodsAsync("handed")).ShouldHaveSingleItem().Spec!.InitContainers!.ShouldHaveSingleItem().Image.ShouldBe(image);

            await DeployAsync(story, "mounted", image, mode: "volume");
            await cluster.UntilAsync("the reason is said", async () => (await story.ServiceAsync("mounted")).Status?.Conditions?.Any(condition => condition.Message?.Contains("has no image volumes", StringComparison.Ordinal) == true) == true);
        }
    }

    private static Task DeployAsync(Story story, string name, string image, string? mode)
    {
        var source = new JsonObject { ["type"] = "oci", ["image"] = image, ["secretRef"] = new JsonObject { ["name"] = "user" } };
        if (mode is not null)
        {
            source["mode"] = mode;
        }

        return story.DeployAsync(name, "", model: spec => spec with { Source = SourceField.FromObject(source) });
    }

    /// <summary>An image with a model and the <c>cp</c> of a base image, in the registry, and on the node as if it had been pulled.</summary>
    private async Task PublishAsync(RegistryServer registry, string name)
    {
        var folder = Directory.CreateTempSubdirectory("llmkube-image-").FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "tiny.gguf"), Story.TinyModel());
        var archive = Path.Combine(folder, "image.tar");
        ImageArchive.Write(
            archive, name, [(Path.Combine(Sandbox.Home, "bin", "busybox"), "/bin/cp"), (Path.Combine(folder, "tiny.gguf"), "/models/tiny.gguf")], ["/bin/cp"], new Dictionary<string, string>(StringComparer.Ordinal));
        cluster.Node.Ctr("images", "import", archive);
        var exported = Path.Combine(folder, "exported.tar");
        cluster.Node.Ctr("images", "export", exported, name);
        var (opened, failure) = await OciArchive.OpenAsync(exported, CancellationToken.None);
        opened.ShouldNotBeNull(failure?.Message);
        var options = new RegistryOptions { Credentials = RegistryCredentials.None.With(registry.Host, RegistryServer.User, RegistryServer.Password), PlainHttp = [registry.Host] };
        (await new ImagePusher(options, TimeProvider.System).PushAsync(opened, opened.Index.Manifests[0], ImageReference.Parse(name)!, null, CancellationToken.None)).ShouldBeNull();
        Directory.Delete(folder, recursive: true);
    }
}
