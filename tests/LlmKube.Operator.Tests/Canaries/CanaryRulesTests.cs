using LlmKube.Operator.Canaries;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Operator.Tests.Canaries;

/// <summary>When a new version is promoted, and when it is taken back.</summary>
public sealed class CanaryRulesTests
{
    private static readonly DateTimeOffset s_began = new(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly CanarySettings s_settings = CanarySettings.Of(new CanarySpec { MinRequests = 20, MaxErrorPercent = 5, ObserveSeconds = 60, ReadySeconds = 300 });

    [Theory]
    [InlineData(null, 0, 0, 0, CanaryPhases.Progressing, "is not ready yet. loading")]
    [InlineData(null, 300, 0, 0, CanaryPhases.RolledBack, "was not ready within 300 s: loading")]
    [InlineData(10, 20, 3, 0, CanaryPhases.RolledBack, "was ready and is so no more: loading")]
    public void A_version_that_is_not_ready_is_waited_for_a_while_and_taken_back_when_it_was(int? readyAfter, int after, long requests, long errors, string phase, string message) =>
        Stands(readyAfter, after, Service(isReady: false, requests, errors)).ShouldSatisfyAllConditions(trial => trial.Phase.ShouldBe(phase), trial => trial.Message!.ShouldContain(message));

    [Theory]
    [InlineData(59, 20, 0, CanaryPhases.Progressing, "20 so far, 0 failed. It is watched until 2031-01-01 00:01:10 UTC.")]
    [InlineData(70, 19, 0, CanaryPhases.Progressing, "it was asked 19 of 20")]
    [InlineData(70, 20, 0, CanaryPhases.Promoted, "v2 was promoted: 20 requests, 0 failed.")]
    [InlineData(70, 20, 1, CanaryPhases.Promoted, "1 failed")]
    [InlineData(11, 1, 1, CanaryPhases.Progressing, "1 failed")]
    [InlineData(11, 2, 2, CanaryPhases.RolledBack, "2 of 2 requests to it failed, and 5% may.")]
    [InlineData(70, 100, 5, CanaryPhases.Promoted, "5 failed")]
    [InlineData(70, 100, 6, CanaryPhases.RolledBack, "6 of 100 requests to it failed")]
    public void A_version_that_is_ready_is_judged_by_its_requests_once_it_was_watched(int after, long requests, long errors, string phase, string message) =>
        Stands(readyAfter: 10, after, Service(isReady: true, requests, errors)).ShouldSatisfyAllConditions(
            trial => trial.Phase.ShouldBe(phase), trial => trial.Message!.ShouldContain(message), trial => trial.Requests.ShouldBe(requests), trial => trial.Errors.ShouldBe(errors));

    [Fact]
    public void The_requests_of_all_services_count_and_each_has_to_be_ready()
    {
        Stands(null, 1, Service(isReady: true, 15, 0), Service(isReady: false, 0, 0)).ReadySince.ShouldBeNull();
        Stands(10, 70, Service(isReady: true, 15, 0), Service(isReady: true, 5, 1)).Message!.ShouldContain("20 requests, 1 failed");
    }

    [Fact]
    public void A_version_that_nothing_serves_waits_for_a_service()
    {
        Stands(null, 299).ShouldSatisfyAllConditions(trial => trial.Phase.ShouldBe(CanaryPhases.Progressing), trial => trial.Message!.ShouldContain("waits for a service"));
        Stands(null, 300).Phase.ShouldBe(CanaryPhases.RolledBack);
    }

    [Fact]
    public void A_version_that_is_refused_is_taken_back_at_once() =>
        CanaryRules.Judge(Trial(null), "v1", s_settings, new ObservedTrial("It is not signed.", []), s_began)
            .ShouldSatisfyAllConditions(trial => trial.Phase.ShouldBe(CanaryPhases.RolledBack), trial => trial.Message.ShouldBe("v2 was taken back and v1 stays: it cannot be served: It is not signed."));

    [Fact]
    public void What_is_not_declared_is_as_the_schema_says() =>
        CanarySettings.Of(null).ShouldBe(new CanarySettings(10, 20, 1, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)));

    private static CanaryStatus Stands(int? readyAfter, int after, params TriedService[] services) =>
        CanaryRules.Judge(Trial(readyAfter), "v1", s_settings, new ObservedTrial(null, services), s_began.AddSeconds(after));

    private static CanaryStatus Trial(int? readyAfter) => new()
    {
        Version = "v2",
        Phase = CanaryPhases.Progressing,
        Generation = 1,
        Since = s_began,
        ReadySince = readyAfter is { } seconds ? s_began.AddSeconds(seconds) : null,
    };

    private static TriedService Service(bool isReady, long requests, long errors) => new("demo-canary", isReady, "loading", requests, errors);
}
