using System.Net;
using System.Text.Json.Nodes;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Collection;

/// <summary>Events go an hour after they were last seen.</summary>
public sealed class EventExpiryTests
{
    private const string Events = "/api/v1/namespaces/default/events";

    [Fact]
    public async Task An_old_event_goes_and_one_that_was_seen_again_stays()
    {
        var time = new ManualTime();
        await using var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { Time = time });
        await api.CreateAsync(Events, Event("old", time.GetUtcNow()));
        await api.CreateAsync(Events, Event("seen-again", time.GetUtcNow().AddMinutes(50)));

        time.Advance(TimeSpan.FromMinutes(62));

        await api.GoneAsync($"{Events}/old");
        (await api.GetAsync($"{Events}/seen-again")).Code.ShouldBe(HttpStatusCode.OK);
    }

    private static JsonObject Event(string name, DateTimeOffset lastSeen) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["involvedObject"] = new JsonObject { ["kind"] = "Pod", ["name"] = "p", ["namespace"] = "default" },
        ["lastTimestamp"] = lastSeen.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
    };
}
