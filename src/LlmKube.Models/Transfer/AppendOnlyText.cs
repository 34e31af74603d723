using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LlmKube.Models.Transfer;

/// <summary>
/// A text file that only grows, line by line. A line whose writer was killed in the middle of it is not seen by readers, and the next
/// writer goes on behind the last whole one.
/// </summary>
internal sealed class AppendOnlyText : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _handle;
    private long _end;

    private AppendOnlyText(SafeFileHandle handle, long end) => (_handle, _end) = (handle, end);

    /// <summary>Opens or creates the file, with the whole lines that are in it.</summary>
    public static (AppendOnlyText File, IReadOnlyList<string> Lines) Open(string path)
    {
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        var lines = end == 0 ? [] : Encoding.UTF8.GetString(bytes, 0, end - 1).Split('\n');
        return (new AppendOnlyText(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read), end), lines);
    }

    public void Append(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (_gate)
        {
            RandomAccess.Write(_handle, bytes, _end);
            _end += bytes.Length;
        }
    }

    /// <summary>Takes all lines away.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            RandomAccess.SetLength(_handle, 0);
            _end = 0;
        }
    }

    public void Dispose() => _handle.Dispose();
}
