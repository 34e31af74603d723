using LlmKube.CrdGenerator;

#pragma warning disable RS0030 // A build tool has no other console than the process's own.

// Writes the CRDs into the repository whose root is given (or the current folder), or with --check says whether they are current.
var check = args.Contains("--check", StringComparer.Ordinal);
var root = Array.Find(args, argument => !argument.StartsWith('-')) ?? ".";
if (!File.Exists(Path.Combine(root, "LlmKube.slnx")))
{
    Console.Error.WriteLine($"{Path.GetFullPath(root)} is not the repository's root. Usage, from the root: dotnet run --project eng/LlmKube.CrdGenerator [-- --check]");
    return 2;
}

var stale = 0;
foreach (var file in CrdFiles.All())
{
    var path = Path.Combine(root, file.Path);
    if (File.Exists(path) && File.ReadAllText(path) == file.Text)
    {
        continue;
    }

    stale++;
    if (check)
    {
        Console.Error.WriteLine($"{file.Path} differs from the C# types. Write it again: dotnet run --project eng/LlmKube.CrdGenerator");
        continue;
    }

    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllText(path, file.Text);
    Console.WriteLine($"wrote {file.Path}");
}

return check && stale > 0 ? 1 : 0;
