using System.Globalization;
using System.Text;

namespace LlmKube.Models.Store.Locking;

/// <summary>What a lock file says: who holds it, and a count that moves as long as the holder lives.</summary>
/// <param name="Nonce">Names this one hold.</param>
/// <param name="Holder">The process.</param>
/// <param name="Beat">Grows while it is held.</param>
internal sealed record LockRecord(string Nonce, ProcessIdentity Holder, long Beat)
{
    private const int Fields = 5;

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{Nonce}\n{Holder.Machine}\n{Holder.Id}\n{Holder.Start}\n{Beat:D19}\n"));

    /// <summary>Null where the text is not (yet) a whole record.</summary>
    public static LockRecord? Parse(string text)
    {
        var lines = text.Split('\n');
        return lines.Length > Fields
            && int.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && long.TryParse(lines[4], NumberStyles.None, CultureInfo.InvariantCulture, out var beat)
            ? new LockRecord(lines[0], new ProcessIdentity(lines[1], id, lines[3]), beat)
            : null;
    }
}
