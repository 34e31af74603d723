using LlmKube.Cluster.Tests.Harness;
using Shouldly;
using Xunit;

namespace LlmKube.Cluster.Tests.Stories;

/// <summary>Models from a claim, a web server and an object store, served by real pods.</summary>
public sealed class ServingTests(ClusterFixture cluster)
{
    [Fact]
    public async Task A_model_from_a_web_server_is_fetched_once_and_answers()
    {
        Assert.SkipWhen(Sandbox.Missing is not null, Sandbox.Missing ?? "");
        await using var story = await Story.BeginAsync(cluster, "web");
        var site = await story.SiteAsync();

        await story.DeployAsync("demo", site.At("tiny.gguf"));
        await story.ReadyAsync("demo");
        (await story.ChatAsync("demo")).ShouldNotBeEmpty();
    }
}
