using LlmKube.Models.Backends;
using LlmKube.Models.Backends.Http;
using LlmKube.Models.Backends.Network;
using LlmKube.Models.Tests.Transfer;
using LlmKube.Models.Transfer;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Backends.Http;

/// <summary>A web server that is not ours.</summary>
public sealed class NginxTests
{
    [Fact]
    public async Task A_real_web_server_with_a_password_gives_a_file_in_ranges_each_byte_once()
    {
        await using var nginx = await NginxServer.TryStartAsync();
        Assert.SkipWhen(nginx is null, "nginx is not installed (Debian: apt-get install nginx-light)");
        var bytes = ScriptedPlace.Bytes((5 * EngineUnderTest.Part) + 77);
        await File.WriteAllBytesAsync(Path.Combine(nginx.Folder, "model 1.gguf"), bytes, TestContext.Current.CancellationToken);
        var backend = new HttpBackend(new NetworkOptions(), TimeProvider.System);
        var url = new Uri(nginx.Url, "model%201.gguf").AbsoluteUri;
        (await backend.RefusedAsync(url, BackendProbe.With(("username", "ann"), ("password", "wrong")))).Kind.ShouldBe(FailureKind.Unauthorized);
        using var engine = new EngineUnderTest();

        await using var session = await backend.ConnectedAsync(url, BackendProbe.With(("username", NginxServer.User), ("password", NginxServer.Password)));
        var result = await new TransferEngine(engine.Options, TimeProvider.System).RunAsync(session, engine.Folder, null, null, TestContext.Current.CancellationToken);

        var file = result.ShouldBeOfType<TransferResult.Done>((result as TransferResult.Failed)?.Failure.Message).Files.ShouldHaveSingleItem();
        file.Path.ShouldBe("model 1.gguf");
        (await File.ReadAllBytesAsync(file.LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
        await LlmKube.TestKit.Eventually.HoldsAsync(() => nginx.Log.Count(line => line.Contains(" 206 ", StringComparison.Ordinal)) == 6);
    }
}
