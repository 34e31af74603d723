using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("500m", 0.5)]
    [InlineData("1.5", 1.5)]
    [InlineData(".5", 0.5)]
    [InlineData("2.", 2)]
    [InlineData("+3", 3)]
    [InlineData("-3", -3)]
    [InlineData("4Gi", 4294967296)]
    [InlineData("1Ki", 1024)]
    [InlineData("1k", 1000)]
    [InlineData("1G", 1000000000)]
    [InlineData("2e3", 2000)]
    [InlineData("2E3", 2000)]
    [InlineData("2e-3", 0.002)]
    [InlineData("1E", 1e18)]
    [InlineData("8Ei", 9223372036854775808)]
    [InlineData("5u", 0.000005)]
    public void Quantities_mean_what_Kubernetes_means(string text, decimal expected)
    {
        Quantity.TryParse(text, out var quantity).ShouldBeTrue();
        quantity.Value.ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("Gi")]
    [InlineData("4GB")]
    [InlineData("4 Gi")]
    [InlineData("1.2.3")]
    [InlineData("4gi")]
    [InlineData("1e")]
    [InlineData("1e3Gi")]
    [InlineData("--1")]
    [InlineData("abc")]
    [InlineData("9999999999999999999999Ei")]
    [InlineData("1e999")]
    public void Other_text_is_no_quantity(string? text) => Quantity.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("1500m", 2)]
    [InlineData("8Ei", long.MaxValue)]
    public void Whole_units_are_rounded_up_and_bounded(string text, long expected)
    {
        Quantity.TryParse(text, out var quantity).ShouldBeTrue();
        quantity.RoundedUp.ShouldBe(expected);
    }
}
