using System.Text.RegularExpressions;
using System.Xml.Linq;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Reflection;
using Shouldly;
using Xunit;

namespace LlmKube.Repository.Tests;

/// <summary>Rules that can be read off the text of the sources.</summary>
public sealed partial class SourceTests
{
    private static readonly string[] s_bannedFolders = ["Common", "Helpers", "Utils", "Utilities", "Core", "Shared", "Managers", "Misc"];

    [Fact]
    public void A_folder_is_a_namespace()
    {
        var wrong = new List<string>();
        foreach (var file in Repository.SourceFiles)
        {
            var match = Namespace().Match(Repository.Read(file));
            var expected = Path.GetDirectoryName(file)!["src/".Length..].Replace('/', '.');
            if (match.Success && match.Groups["name"].Value != expected)
            {
                wrong.Add($"{file}: namespace {match.Groups["name"].Value}, folder {expected}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void No_folder_is_a_drawer_for_everything() =>
        Repository.SourceFiles
            .Where(file => !file.Contains("/Objects/Core/", StringComparison.Ordinal))
            .Where(file => Path.GetDirectoryName(file)!.Split('/').Intersect(s_bannedFolders, StringComparer.Ordinal).Any())
            .ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later()
    {
        var found = Repository.Files
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && !file.EndsWith("SourceTests.cs", StringComparison.Ordinal))
            .SelectMany(file => Repository.ReadLines(file).Select((line, index) => (file, line, number: index + 1)))
            .Where(at => Unfinished().IsMatch(at.line))
            .Select(at => $"{at.file}:{at.number}: {at.line.Trim()}");

        found.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_names_the_machine_it_was_written_on()
    {
        var found = Repository.Files
            .Where(file => !file.EndsWith("SourceTests.cs", StringComparison.Ordinal) && Path.GetExtension(file) is ".cs" or ".md" or ".yaml" or ".sh" or ".props" or ".csproj" or "" or ".json" or ".txt")
            .Where(file => Repository.Read(file).Contains("/work/", StringComparison.Ordinal));

        found.ShouldBeEmpty();
    }

    [Fact]
    public void Every_escape_from_an_analyzer_gives_a_reason()
    {
        var found = Repository.SourceFiles
            .SelectMany(file => Repository.ReadLines(file).Select((line, index) => (file, line, number: index + 1)))
            .Where(at => at.line.Contains("#pragma warning disable", StringComparison.Ordinal) && !at.line.Contains("//", StringComparison.Ordinal))
            .Select(at => $"{at.file}:{at.number}");

        found.ShouldBeEmpty();
    }

    [Fact]
    public void Every_type_says_in_a_sentence_what_it_is()
    {
        var silent = new List<string>();
        foreach (var path in Repository.AssemblyPaths)
        {
            var documented = XDocument.Load(Path.ChangeExtension(path, ".xml"))
                .Descendants("member")
                .Select(member => (string)member.Attribute("name")!)
                .ToHashSet(StringComparer.Ordinal);
            silent.AddRange(TypesOf(path).Where(type => !documented.Contains($"T:{type}")));
        }

        silent.ShouldBeEmpty();
    }

    /// <summary>Hand-written top-level types; nested ones are explained by their parent.</summary>
    private static List<string> TypesOf(string assembly)
    {
        using var pe = new PEReader(File.OpenRead(assembly));
        var metadata = pe.GetMetadataReader();
        var types = new List<string>();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            var name = metadata.GetString(type.Name);
            var space = metadata.GetString(type.Namespace);
            var generated = name.Contains('<', StringComparison.Ordinal) || name is "Program" || name.EndsWith("Json", StringComparison.Ordinal)
                || !space.StartsWith("LlmKube", StringComparison.Ordinal);
            if (!generated && (type.Attributes & TypeAttributes.VisibilityMask) is TypeAttributes.Public or TypeAttributes.NotPublic)
            {
                types.Add($"{space}.{name}");
            }
        }

        return types.FindAll(type => type.StartsWith("LlmKube", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(?:TODO|FIXME|HACK|XXX)\b|NotImplementedException|#region", RegexOptions.NonBacktracking)]
    private static partial Regex Unfinished();
}
