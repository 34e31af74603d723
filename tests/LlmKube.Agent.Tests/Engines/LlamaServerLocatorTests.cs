using System.Runtime.Versioning;
using LlmKube.Agent.Engines;
using Shouldly;
using Xunit;

namespace LlmKube.Agent.Tests.Engines;

[UnsupportedOSPlatform("windows")]
public sealed class LlamaServerLocatorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-engines-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_named_one_comes_before_the_one_on_PATH_and_that_before_the_unpacked_one()
    {
        var named = Program("named");
        var onPath = Program("bin");
        Unpack();

        Find(named, "bin")!.Executable.ShouldBe(named);
        Find(null, "bin")!.Executable.ShouldBe(onPath);
        Find(null, "elsewhere")!.Executable.ShouldEndWith("ld-linux-x86-64.so.2");
    }

    [Fact]
    public void A_named_one_that_is_not_there_is_not_replaced_by_another()
    {
        Program("bin");

        Find(Path.Combine(_folder, "nothing"), "bin").ShouldBeNull();
    }

    [Fact]
    public void A_file_that_may_not_be_run_is_no_program()
    {
        var file = Program("bin");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Find(null, "bin").ShouldBeNull();
    }

    [Fact]
    public void An_unpacked_one_starts_through_its_own_loader_with_its_own_libraries()
    {
        var root = Unpack();

        var launch = Find(null, "elsewhere")!;

        launch.LeadingArguments.ShouldBe(["--library-path", $"{root}/usr/lib/x:{root}/usr/lib/x/llama", $"{root}/usr/bin/llama-server"]);
        launch.Environment["GGML_BACKEND_PATH"].ShouldBe($"{root}/usr/lib/x/ggml/backends0/libggml-cpu-x64.so");
        launch.Version.ShouldBe("0.7.0");
    }

    private EngineLaunch? Find(string? named, string path) =>
        LlamaServerLocator.Find(named, _folder, name => name == "PATH" ? Path.Combine(_folder, path) : null);

    private string Program(string folder)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName, "llama-server");
        File.WriteAllText(file, "#!/bin/sh\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }

    private string Unpack()
    {
        var root = LlamaServerLocator.InstallFolder(_folder);
        foreach (var file in new[] { "usr/bin/llama-server", "usr/lib/x/ld-linux-x86-64.so.2", "usr/lib/x/libllama.so.0", "usr/lib/x/ggml/backends0/libggml-cpu-x64.so" })
        {
            var path = Path.Combine(root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }

        File.WriteAllText(Path.Combine(root, "VERSION"), "0.7.0\n");
        return root;
    }
}
