using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Operator.Webhooks;
using LlmKube.Resources;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Webhooks;

/// <summary>The keys that the webhooks are served with.</summary>
public sealed class ServingKeysTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Two_operators_serve_with_the_same_keys()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var settings = new WebhookSettings { Port = 1, Namespace = "default", ServiceName = "llmkube-webhook" };

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => new ServingKeysSecret(api.Client, settings, TimeProvider.System).EnsureAsync(TestContext.Current.CancellationToken)));

        both[0].ShouldBe(both[1]);
    }

    [Fact]
    public async Task Keys_whose_time_runs_out_or_that_are_spoilt_make_way()
    {
        await using var api = await ApiServerFixture.StartAsync();
        var settings = new WebhookSettings { Port = 1, Namespace = "default", ServiceName = "llmkube-webhook" };
        var clock = new ManualTime(s_now);
        var secret = new ServingKeysSecret(api.Client, settings, clock);
        var first = await secret.EnsureAsync(TestContext.Current.CancellationToken);

        clock.Advance(TimeSpan.FromDays(200));
        (await secret.EnsureAsync(TestContext.Current.CancellationToken)).ShouldBe(first);
        clock.Advance(TimeSpan.FromDays(60));
        var second = await secret.EnsureAsync(TestContext.Current.CancellationToken);
        second.ShouldNotBe(first);

        await api.Client.Of(SecretEntries.Definition).PatchAsync(
            new ObjectKey("default", ServingKeysSecret.Name), Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["tls.crt"] = "bm9uZQ==" } }), new PatchOptions(), TestContext.Current.CancellationToken);
        (await secret.EnsureAsync(TestContext.Current.CancellationToken)).AreGood("llmkube-webhook", "default", clock.GetUtcNow()).ShouldBeTrue();
    }

    [Fact]
    public void Keys_are_for_one_service_alone()
    {
        var keys = ServingKeys.Create("a", "b", s_now);

        keys.AreGood("a", "b", s_now).ShouldBeTrue();
        keys.AreGood("a", "c", s_now).ShouldBeFalse();
    }
}
