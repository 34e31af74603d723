using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Tests.Pods;
using LlmKube.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests;

/// <summary>An object is applied when it differs, and not for a status that moves.</summary>
public sealed class AppliedObjectsTests
{
    private static readonly CancellationToken s_token = CancellationToken.None;

    [Fact]
    public async Task A_status_that_moves_costs_no_request_and_a_spec_that_others_change_is_put_right()
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var stopping = new CancellationTokenSource();
        var cache = new Informer<Deployment>(api.Client.Of<Deployment>(), new InformerOptions(), TimeProvider.System, NullLogger.Instance);
        var running = cache.RunAsync(stopping.Token);
        var wanted = Without(PodsUnderTest.Plan(PodsUnderTest.Service(), PodsUnderTest.Model()).Deployment);
        var requests = new CountedRequests(api.Http);
        using var client = new KubernetesClient(new HttpClient(requests, disposeHandler: false) { BaseAddress = api.Url });
        var applied = new AppliedObjects<Deployment>(client, cache, "operator");
        await applied.ApplyAsync(wanted, s_token);
        var key = wanted.Key();

        await PatchAsync(api, key, new JsonObject { ["status"] = new JsonObject { ["replicas"] = 1 } }, "status");
        await Eventually.HoldsAsync(() => cache.Find(key)?.Status?.Replicas == 1);
        await applied.ApplyAsync(wanted, s_token);
        requests.Count.ShouldBe(1);

        await PatchAsync(api, key, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 7 } }, null);
        await Eventually.HoldsAsync(() => cache.Find(key)?.Spec?.Replicas == 7);
        await applied.ApplyAsync(wanted, s_token);
        (await api.Client.Of<Deployment>().GetAsync(key, s_token)).Spec!.Replicas.ShouldBe(1);

        await Eventually.HoldsAsync(() => cache.Find(key)?.Spec?.Replicas == 1);
        await PatchAsync(api, key, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "other" } } }, null);
        await Eventually.HoldsAsync(() => cache.Find(key)?.Metadata.Labels?["app"] == "other");
        await applied.ApplyAsync(wanted, s_token);
        (await api.Client.Of<Deployment>().GetAsync(key, s_token)).Metadata.Labels!["app"].ShouldBe("tinyllama-service");
        await stopping.CancelAsync();
        await Task.WhenAny(running);
    }

    private static Task<Deployment> PatchAsync(ApiServerFixture api, ObjectKey key, JsonObject patch, string? subresource) =>
        api.Client.Of<Deployment>().PatchAsync(key, Patch.Merge(patch), new PatchOptions { FieldManager = "other", Subresource = subresource }, s_token);

    /// <summary>Without its owner, which is not there and would take it along.</summary>
    private static Deployment Without(Deployment deployment) => deployment with { Metadata = deployment.Metadata with { OwnerReferences = null } };

    /// <summary>Passes requests on and counts them.</summary>
    private sealed class CountedRequests(HttpClient server) : HttpMessageHandler
    {
        public int Count { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            using var twin = new HttpRequestMessage(request.Method, request.RequestUri) { Content = new ByteArrayContent(await request.Content!.ReadAsByteArrayAsync(cancellationToken)) };
            twin.Content.Headers.ContentType = request.Content.Headers.ContentType;
            return await server.SendAsync(twin, cancellationToken);
        }
    }
}
