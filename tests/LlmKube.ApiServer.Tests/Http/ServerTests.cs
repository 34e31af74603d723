using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LlmKube.TestKit;
using Shouldly;
using Xunit;
using static LlmKube.ApiServer.Tests.ApiCalls;

namespace LlmKube.ApiServer.Tests.Http;

/// <summary>The server as a whole: start, restart, and what it reads.</summary>
public sealed class ServerTests
{
    [Fact]
    public async Task A_restart_keeps_objects_versions_address_books_and_definitions()
    {
        var data = Directory.CreateTempSubdirectory("llmkube-api-").FullName;
        string kubeConfig;
        long version;
        await using (var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { DataDirectory = data }))
        {
            await api.CreateAsync(Things.Definitions, Things.Definition());
            await api.CreateAsync(Things.InDefault, Things.Thing("t"));
            version = (await api.CreateAsync(ConfigMaps, ConfigMap("a"))).Version();
            kubeConfig = Secret(await File.ReadAllTextAsync(api.KubeConfigPath));
        }

        await using (var api = await ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { DataDirectory = data }))
        {
            (await api.GetAsync($"{ConfigMaps}/a")).Body.Version().ShouldBe(version);
            (await api.GetAsync($"{Things.InDefault}/t")).Code.ShouldBe(HttpStatusCode.OK);
            Secret(await File.ReadAllTextAsync(api.KubeConfigPath)).ShouldBe(kubeConfig);
            var next = await api.CreateAsync(ConfigMaps, ConfigMap("b"));
            next.Version().ShouldBeGreaterThan(version);
        }

        Directory.Delete(data, recursive: true);

        // All but the address, whose port is any free one.
        static string Secret(string text) => string.Join('\n', text.Split('\n').Where(line => !line.Contains("server:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_taken_port_is_an_error_that_says_what_to_do()
    {
        await using var api = await ApiServerFixture.StartAsync();

        var failure = await Should.ThrowAsync<IOException>(() => ApiServerFixture.StartAsync(new EmbeddedApiServerOptions { Port = api.Url.Port }));

        failure.Message.ShouldContain($"127.0.0.1:{api.Url.Port}");
        failure.Message.ShouldContain("choose another one");
    }

    [Theory]
    [InlineData("application/yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {n: \"1\"}\n", HttpStatusCode.Created)]
    [InlineData("application/json; charset=utf-8", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"n":"1"}}""", HttpStatusCode.Created)]
    [InlineData("application/json", """{"apiVersion":"v1",""", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "[]", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "", HttpStatusCode.BadRequest)]
    [InlineData("application/json", """{"metadata":{"name":"a"}}""", HttpStatusCode.BadRequest)]
    [InlineData("application/xml", "<a/>", HttpStatusCode.UnsupportedMediaType)]
    public async Task Bodies_are_json_or_yaml_or_refused(string type, string text, HttpStatusCode expected)
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        using var response = await api.Http.PostAsync(ConfigMaps, content);

        response.StatusCode.ShouldBe(expected, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("Strict", "")]
    [InlineData("Warn", "2")]
    [InlineData("Ignore", "2")]
    public async Task Of_a_field_that_comes_twice_the_last_one_counts_unless_that_is_refused(string mode, string value)
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var content = new StringContent(
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1","k":"2"}}""", MediaTypeHeaderValue.Parse("application/json"));

        using var response = await api.Http.PostAsync($"{ConfigMaps}?fieldValidation={mode}", content);

        var text = await response.Content.ReadAsStringAsync();
        text.ShouldContain(value.Length == 0 ? "strict decoding error: duplicate field \\u0022data.k\\u0022" : $"\"k\":\"{value}\"");
        response.Headers.Contains("Warning").ShouldBe(mode == "Warn");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413()
    {
        await using var api = await ApiServerFixture.StartAsync();
        using var content = new ByteArrayContent(new byte[(3 * 1024 * 1024) + 10]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");

        using var response = await api.Http.PostAsync(ConfigMaps, content);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Stopping_ends_open_watches_and_does_not_wait_for_them()
    {
        var api = await ApiServerFixture.StartAsync();
        using var watch = await Watch.WatchReader.OpenAsync(api, ConfigMaps);
        var began = TimeProvider.System.GetTimestamp();

        await api.Server.StopAsync(CancellationToken.None);

        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(4));
        await api.DisposeAsync();
    }
}
