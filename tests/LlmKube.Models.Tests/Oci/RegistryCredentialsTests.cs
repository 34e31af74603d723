using LlmKube.Models.Oci;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Oci;

/// <summary>Users of registries: those that a file has, and those that a program keeps.</summary>
public sealed class RegistryCredentialsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-helpers-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("""{"auths":{"https://index.docker.io/v1/":{"auth":"dTpw"}}}""", "docker.io", "u")]
    [InlineData("""{"auths":{"registry.site:5000":{"username":"u","password":"p"}}}""", "registry.site:5000", "u")]
    [InlineData("""{"auths":{"https://registry.site/v2/":{"auth":"dTpwOnE="}}}""", "registry.site", "u")]
    [InlineData("""{"auths":{"registry.site":{"auth":"%%%"}}}""", "registry.site", null)]
    [InlineData("""{"auths":[]}""", "registry.site", null)]
    [InlineData("nothing", "registry.site", null)]
    public async Task Users_are_read_as_Docker_writes_them(string json, string registry, string? user) =>
        ((await RegistryCredentials.Parse(json).FindAsync(registry, TimeProvider.System, CancellationToken.None))?.User).ShouldBe(user);

    [Theory]
    [InlineData("registry.site", "keeper", "of registry.site")]
    [InlineData("docker.io", "keeper", "of https://index.docker.io/v1/")]
    [InlineData("other.site", "store", "of other.site")]
    [InlineData("known.site", "file", "p")]
    [InlineData("broken.site", null, null)]
    [InlineData("missing.site", null, null)]
    [InlineData("path.site", null, null)]
    public async Task Programs_that_keep_users_are_asked_for_those_that_the_file_does_not_have(string registry, string? user, string? password)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are scripts.");
        var id = Path.GetFileName(_folder).ToLowerInvariant();
        await HelperAsync($"{id}-keeper", "read server; printf '{\"ServerURL\":\"x\",\"Username\":\"keeper\",\"Secret\":\"of %s\"}' \"$server\"");
        await HelperAsync($"{id}-store", "read server; printf '{\"Username\":\"store\",\"Secret\":\"of %s\"}' \"$server\"");
        await HelperAsync($"{id}-broken", "echo credentials not found in native keychain; exit 1");
        Environment.SetEnvironmentVariable("PATH", $"{Environment.GetEnvironmentVariable("PATH")}:{_folder}");
        var json = $$$"""
            {"auths":{"known.site":{"username":"file","password":"p"}},"credsStore":"{{{id}}}-store",
             "credHelpers":{"registry.site":"{{{id}}}-keeper","https://index.docker.io/v1/":"{{{id}}}-keeper","broken.site":"{{{id}}}-broken","missing.site":"{{{id}}}-none","path.site":"../{{{id}}}"}}
            """;

        (await RegistryCredentials.Parse(json, withHelpers: true).FindAsync(registry, TimeProvider.System, CancellationToken.None)).ShouldBe(user is null ? null : (user, password!));
        ((await RegistryCredentials.Parse(json).FindAsync(registry, TimeProvider.System, CancellationToken.None))?.User).ShouldBe(user == "file" ? user : null, "what a Secret names is not run");
    }

    private async Task HelperAsync(string name, string script)
    {
        var path = Path.Combine(_folder, $"docker-credential-{name}");
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
