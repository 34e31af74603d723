using System.Collections.Immutable;
using LlmKube.Router.Balancing;
using LlmKube.Router.Routing;
using LlmKube.Router.Tests.Fixtures;
using LlmKube.TestKit;
using Shouldly;

namespace LlmKube.Router.Tests.Balancing;

/// <summary>Which endpoint a request goes to.</summary>
public sealed class EndpointBalancerTests
{
    private static readonly BackendEndpoint s_a = new("10.0.0.1", 80);
    private static readonly BackendEndpoint s_b = new("10.0.0.2", 80);
    private static readonly BackendEndpoint s_c = new("10.0.0.3", 80);
    private static readonly ImmutableArray<BackendEndpoint> s_all = [s_a, s_b, s_c];

    private readonly ManualTime _clock = new();
    private readonly EndpointBalancer _balancer;

    public EndpointBalancerTests() => _balancer = new EndpointBalancer(_clock);

    [Fact]
    public void Idle_endpoints_take_turns()
    {
        var taken = new List<BackendEndpoint>();
        for (var i = 0; i < 6; i++)
        {
            using var lease = Take(s_all);
            taken.Add(lease.Endpoint);
        }

        taken.ShouldBe([s_a, s_b, s_c, s_a, s_b, s_c]);
    }

    [Fact]
    public void The_endpoint_with_the_fewest_requests_in_progress_is_taken()
    {
        var first = Take(s_all);
        var second = Take(s_all);
        var third = Take(s_all);
        second.Dispose();

        for (var i = 0; i < 5; i++)
        {
            using var lease = Take(s_all);
            lease.Endpoint.ShouldBe(second.Endpoint);
        }

        first.Dispose();
        third.Dispose();
    }

    [Fact]
    public void What_was_tried_is_not_tried_again()
    {
        _balancer.TryTake(s_all, [s_a, s_b])!.Endpoint.ShouldBe(s_c);
        _balancer.TryTake(s_all, [s_a, s_b, s_c]).ShouldBeNull();
    }

    [Fact]
    public void Counts_outlive_the_table_they_began_under()
    {
        var lease = Take([s_a]);
        _balancer.Forget(new RouteTable([RouterUnderTest.Ready("default", "demo", s_b)]));
        _balancer.OutstandingAt(s_a).ShouldBe(1);
        lease.Dispose();
        _balancer.OutstandingAt(s_a).ShouldBe(0);
    }

    [Fact]
    public void Disposing_a_lease_twice_counts_once()
    {
        using var other = Take([s_a]);
        var lease = Take([s_a]);
        lease.Dispose();
        lease.Dispose();
        _balancer.OutstandingAt(s_a).ShouldBe(1);
    }

    [Fact]
    public void An_endpoint_that_refused_is_left_alone_while_others_answer()
    {
        Fail(s_a);
        for (var i = 0; i < 10; i++)
        {
            using var lease = Take([s_a, s_b]);
            lease.Endpoint.ShouldBe(s_b);
        }
    }

    [Fact]
    public void After_its_quarantine_one_request_probes_and_the_others_go_elsewhere()
    {
        Fail(s_a);
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        using var busy = Take([s_b]);

        using var probe = Take([s_a, s_b]);
        probe.Endpoint.ShouldBe(s_a);
        using var second = Take([s_a, s_b]);
        second.Endpoint.ShouldBe(s_b);

        probe.ReportReached();
        using var third = Take([s_a, s_b]);
        third.Endpoint.ShouldBe(s_a);
    }

    [Fact]
    public void Each_failure_in_a_row_lengthens_the_quarantine_up_to_a_limit()
    {
        for (var i = 0; i < 10; i++)
        {
            Fail(s_a);
        }

        _clock.Advance(TimeSpan.FromSeconds(14.9));
        Take([s_a, s_b]).Endpoint.ShouldBe(s_b);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Take([s_a, s_b]).Endpoint.ShouldBe(s_a);
    }

    [Fact]
    public void With_every_endpoint_in_quarantine_one_request_at_a_time_tries_the_first_that_will_be_free()
    {
        Fail(s_a);
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Fail(s_b);

        using var probe = Take([s_b, s_a]);
        probe.Endpoint.ShouldBe(s_a);
        using var other = Take([s_b, s_a]);
        other.Endpoint.ShouldBe(s_b);
        _balancer.TryTake([s_b, s_a], []).ShouldBeNull();
    }

    [Fact]
    public void A_probe_that_learned_nothing_makes_room_for_the_next()
    {
        Fail(s_a);
        Take([s_a]).Dispose();
        Take([s_a]).Endpoint.ShouldBe(s_a);
    }

    private EndpointLease Take(ImmutableArray<BackendEndpoint> endpoints) => _balancer.TryTake(endpoints, []).ShouldNotBeNull();

    private void Fail(BackendEndpoint endpoint)
    {
        using var lease = Take([endpoint]);
        lease.ReportUnreachable();
    }
}
