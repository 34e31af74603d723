using LlmKube.Models.Sources;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Sources;

public sealed class LocalPathsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-paths-").FullName;
    private readonly string _root;

    public LocalPathsTests()
    {
        _root = Directory.CreateDirectory(Path.Combine(_folder, "models")).FullName;
        File.WriteAllText(Path.Combine(_root, "a.gguf"), "x");
        File.WriteAllText(Path.Combine(_folder, "secret"), "x");
        Directory.CreateDirectory(Path.Combine(_folder, "models-private"));
        File.WriteAllText(Path.Combine(_folder, "models-private", "b.gguf"), "x");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_below_a_root_is_allowed_by_path_and_by_URL()
    {
        var path = Path.Combine(_root, "a.gguf");

        LocalPaths.Check(path, [_root]).ShouldBe(new LocalPathResult.Allowed(path));
        LocalPaths.Check("file://" + path, [_root + "/"]).ShouldBe(new LocalPathResult.Allowed(path));
        LocalPaths.Check("FILE://" + path.Replace("a.gguf", "%61.gguf", StringComparison.Ordinal), [_root]).ShouldBe(new LocalPathResult.Allowed(path));
    }

    [Theory]
    [InlineData("/../secret")]
    [InlineData("/x/../../secret")]
    public void Dots_do_not_lead_out(string rest) => LocalPaths.Check(_root + rest, [_root]).ShouldBeOfType<LocalPathResult.NotAllowed>();

    [Fact]
    public void A_folder_whose_name_only_begins_like_a_root_is_outside() =>
        LocalPaths.Check(Path.Combine(_folder, "models-private", "b.gguf"), [_root]).ShouldBeOfType<LocalPathResult.NotAllowed>();

    [Fact]
    public void A_link_out_of_the_root_is_refused_and_one_that_stays_inside_is_followed()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "out"), Path.Combine(_folder, "secret"));
        File.CreateSymbolicLink(Path.Combine(_root, "in"), "a.gguf");
        Directory.CreateSymbolicLink(Path.Combine(_root, "up"), "..");

        LocalPaths.Check(Path.Combine(_root, "out"), [_root]).ShouldBeOfType<LocalPathResult.NotAllowed>();
        LocalPaths.Check(Path.Combine(_root, "up", "secret"), [_root]).ShouldBeOfType<LocalPathResult.NotAllowed>();
        LocalPaths.Check(Path.Combine(_root, "in"), [_root]).ShouldBe(new LocalPathResult.Allowed(Path.Combine(_root, "a.gguf")));
    }

    [Fact]
    public void Links_in_a_circle_end_in_a_refusal()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "one"), "two");
        File.CreateSymbolicLink(Path.Combine(_root, "two"), "one");

        LocalPaths.Check(Path.Combine(_root, "one"), [_root]).ShouldBeOfType<LocalPathResult.NotAllowed>();
    }

    [Fact]
    public void Without_roots_nothing_is_allowed_and_the_message_says_how_to_allow_it() =>
        LocalPaths.Check(Path.Combine(_root, "a.gguf"), []).ShouldBeOfType<LocalPathResult.NotAllowed>().Message.ShouldContain("--allow-path");

    [Fact]
    public void A_missing_file_a_folder_and_a_relative_path_are_told_apart()
    {
        LocalPaths.Check(Path.Combine(_root, "none"), [_root]).ShouldBeOfType<LocalPathResult.Missing>();
        LocalPaths.Check(_root + "/.", [_root]).ShouldBeOfType<LocalPathResult.NotAllowed>();
        LocalPaths.Check(_root, [_folder]).ShouldBeOfType<LocalPathResult.Failed>();
        LocalPaths.Check("a.gguf", [_root]).ShouldBeOfType<LocalPathResult.NotAllowed>();
    }
}
