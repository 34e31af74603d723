using LlmKube.ApiServer.Tables;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Tables;

/// <summary>Ages read as Kubernetes prints them.</summary>
public sealed class HumanDurationTests
{
    [Theory]
    [InlineData(-5, "<invalid>")]
    [InlineData(-1, "0s")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(125, "2m5s")]
    [InlineData(600, "10m")]
    [InlineData(10799, "179m")]
    [InlineData(10800, "3h")]
    [InlineData(11100, "3h5m")]
    [InlineData(28800, "8h")]
    [InlineData(172799, "47h")]
    [InlineData(172800, "2d")]
    [InlineData(176400, "2d1h")]
    [InlineData(691200, "8d")]
    [InlineData(63072000, "2y")]
    [InlineData(63158400, "2y1d")]
    [InlineData(315360000, "10y")]
    public void A_duration_is_shown_in_its_largest_units(long seconds, string expected) =>
        HumanDuration.Of(TimeSpan.FromSeconds(seconds)).ShouldBe(expected);
}
