using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace LlmKube.Cluster.Tests.Harness;

/// <summary>A container image as one archive in Docker's form, from files of this machine.</summary>
internal static class ImageArchive
{
    /// <summary>Writes an image of one layer.</summary>
    /// <param name="archive">The file to write.</param>
    /// <param name="name">Name and tag.</param>
    /// <param name="files">Files of this machine, each with its path in the image.</param>
    /// <param name="entryPoint">What it runs.</param>
    /// <param name="environment">Its variables.</param>
    public static void Write(string archive, string name, IEnumerable<(string Source, string Path)> files, IReadOnlyList<string> entryPoint, IReadOnlyDictionary<string, string> environment)
    {
        var layer = archive + ".layer";
        WriteLayer(layer, files);
        string diff;
        using (var stream = File.OpenRead(layer))
        {
            diff = Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        var config = new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["Entrypoint"] = Texts(entryPoint),
                ["Env"] = Texts(environment.Select(pair => $"{pair.Key}={pair.Value}")),
                ["User"] = "65532",
            },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Texts([$"sha256:{diff}"]) },
        };
        var manifest = new JsonArray(new JsonObject { ["Config"] = "config.json", ["RepoTags"] = Texts([name]), ["Layers"] = Texts(["layer.tar"]) });
        using (var writer = new TarWriter(File.Create(archive)))
        {
            WriteText(writer, "config.json", config.ToJsonString());
            WriteText(writer, "manifest.json", manifest.ToJsonString());
            writer.WriteEntry(layer, "layer.tar");
        }

        File.Delete(layer);
    }

    private static void WriteLayer(string layer, IEnumerable<(string Source, string Path)> files)
    {
        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        var folders = new HashSet<string>(StringComparer.Ordinal);
        using var writer = new TarWriter(File.Create(layer));
        writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "tmp/") { Mode = All | UnixFileMode.OtherWrite | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.StickyBit });
        foreach (var (source, path) in files)
        {
            var name = path.TrimStart('/');
            for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
            {
                if (folders.Add(name[..slash]))
                {
                    writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, name[..slash] + "/") { Mode = All | UnixFileMode.UserWrite });
                }
            }

            using var content = File.OpenRead(source);
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = All | UnixFileMode.UserWrite, DataStream = content });
        }
    }

    private static void WriteText(TarWriter writer, string name, string text) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
