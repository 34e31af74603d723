using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Shouldly;
using Xunit;

namespace LlmKube.Repository.Tests;

/// <summary>Files and methods stay small enough to be read at once. Exceptions stand, with a reason, in <c>eng/size-exceptions.txt</c>.</summary>
public sealed class SizeTests
{
    private const int MaxFileLines = 400;
    private const int MaxTestFileLines = 500;
    private const int MaxMethodLines = 60;

    private static readonly HashSet<string> s_exceptions =
        [.. Repository.ReadLines("eng/size-exceptions.txt")
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', 2)[0])];

    [Fact]
    public void Every_exception_gives_a_reason_and_is_still_needed()
    {
        var lines = Repository.ReadLines("eng/size-exceptions.txt").Where(line => line.Length > 0 && line[0] != '#').ToList();

        lines.ShouldAllBe(line => line.Contains(' ') && line.Split(' ', 2)[1].Length > 10);
        var needed = LongFiles().Concat(LongMethods()).Select(found => found.Name).ToHashSet(StringComparer.Ordinal);
        s_exceptions.Where(exception => !needed.Contains(exception)).ShouldBeEmpty();
    }

    [Fact]
    public void Files_are_short() =>
        LongFiles().Where(found => !s_exceptions.Contains(found.Name)).ShouldBeEmpty();

    [Fact]
    public void Methods_are_short() =>
        LongMethods().Where(found => !s_exceptions.Contains(found.Name)).ShouldBeEmpty();

    private static IEnumerable<(string Name, int Lines)> LongFiles() =>
        from file in Repository.Files
        where file.EndsWith(".cs", StringComparison.Ordinal)
        let lines = Repository.ReadLines(file).Length
        where lines > (file.StartsWith("tests/", StringComparison.Ordinal) ? MaxTestFileLines : MaxFileLines)
        select (file, lines);

    private static IEnumerable<(string Name, int Lines)> LongMethods() =>
        Repository.AssemblyPaths.SelectMany(MethodLengths).Where(found => found.Lines > MaxMethodLines).Distinct();

    /// <summary>Lines from the first to the last sequence point of each method, as the debugger sees it.</summary>
    private static List<(string Name, int Lines)> MethodLengths(string assembly)
    {
        using var pe = new PEReader(File.OpenRead(assembly));
        var metadata = pe.GetMetadataReader();
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assembly, ".pdb")));
        var pdb = symbols.GetMetadataReader();
        var lengths = new List<(string, int)>();
        foreach (var handle in metadata.MethodDefinitions)
        {
            var points = pdb.GetMethodDebugInformation(handle).GetSequencePoints().Where(point => !point.IsHidden && !IsGenerated(pdb, point.Document)).ToList();
            var method = metadata.GetMethodDefinition(handle);

            // A static constructor gathers the initializers of a whole type: that is no method that somebody wrote.
            if (points.Count == 0 || metadata.GetString(method.Name) == ".cctor")
            {
                continue;
            }

            var type = metadata.GetTypeDefinition(method.GetDeclaringType());
            var name = $"{Repository.DesignName(Path.GetFileNameWithoutExtension(assembly))}:{metadata.GetString(type.Name)}.{metadata.GetString(method.Name)}";
            lengths.Add((name, points.Max(point => point.EndLine) - points.Min(point => point.StartLine) + 1));
        }

        return lengths;
    }

    private static bool IsGenerated(MetadataReader pdb, DocumentHandle document)
    {
        var path = pdb.GetString(pdb.GetDocument(document).Name);
        return path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("\\obj\\", StringComparison.Ordinal) || path.EndsWith(".g.cs", StringComparison.Ordinal);
    }
}
