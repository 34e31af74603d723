using System.Runtime.Versioning;
using LlmKube.ApiServer.Security;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Security;

/// <summary>Keys and certificates: private, kept, and renewed in time.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ServerIdentityTests : IDisposable
{
    private readonly string _directory = Path.Combine(Directory.CreateTempSubdirectory("llmkube-pki-").FullName, "pki");

    [Fact]
    public void Everything_is_kept_over_a_restart()
    {
        using var first = Load(TimeProvider.System);
        using var second = Load(TimeProvider.System);

        second.Authority.Thumbprint.ShouldBe(first.Authority.Thumbprint);
        second.Server.Thumbprint.ShouldBe(first.Server.Thumbprint);
        second.Token.ShouldBe(first.Token);
    }

    [Fact]
    public void Only_the_owner_may_read_the_keys()
    {
        using var identity = Load(TimeProvider.System);

        foreach (var file in Directory.GetFiles(_directory))
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        }

        File.GetUnixFileMode(_directory).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("box.example.com")]
    [InlineData("192.0.2.7")]
    public void The_certificate_names_every_way_to_reach_the_server(string host)
    {
        using var identity = Load(TimeProvider.System, "box.example.com", "192.0.2.7");

        identity.Server.MatchesHostname(host, allowWildcards: false, allowCommonName: false).ShouldBeTrue();
    }

    [Fact]
    public void A_new_host_name_gets_a_new_certificate_of_the_same_authority()
    {
        using var first = Load(TimeProvider.System);
        using var second = Load(TimeProvider.System, "new.example.com");

        second.Authority.Thumbprint.ShouldBe(first.Authority.Thumbprint);
        (second.Server.Thumbprint == first.Server.Thumbprint).ShouldBeFalse();
    }

    [Fact]
    public void The_certificate_is_renewed_before_it_expires_also_while_the_server_runs()
    {
        var time = new ManualTime();
        using var identity = Load(time);
        var first = identity.Server.Thumbprint;

        time.Advance(TimeSpan.FromDays(300));
        identity.Server.Thumbprint.ShouldBe(first);
        time.Advance(TimeSpan.FromDays(40));

        (identity.Server.Thumbprint == first).ShouldBeFalse();
        identity.Server.NotAfter.ToUniversalTime().ShouldBeGreaterThan(time.GetUtcNow().AddDays(300).UtcDateTime);
        using var restarted = Load(time);
        restarted.Server.Thumbprint.ShouldBe(identity.Server.Thumbprint);
    }

    [Fact]
    public void A_key_file_that_is_damaged_is_replaced()
    {
        using (Load(TimeProvider.System))
        {
        }

        File.WriteAllText(Path.Combine(_directory, "server.crt"), "-----BEGIN CERT");

        using var identity = Load(TimeProvider.System);
        identity.Server.HasPrivateKey.ShouldBeTrue();
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);

    private ServerIdentity Load(TimeProvider time, params string[] hosts) => ServerIdentity.LoadOrCreate(_directory, hosts, time);
}
