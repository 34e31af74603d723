using System.Globalization;
using LlmKube.Models;
using LlmKube.Models.Transfer;

namespace LlmKube.Cli.Console;

/// <summary>Shows how far a transfer is: one line that is drawn anew on a terminal, a line for each tenth elsewhere.</summary>
internal sealed class ProgressLine(Terminal terminal, string what) : IProgress<TransferProgress>
{
    private const int BarWidth = 24;
    private const int Tenths = 10;

    private readonly Lock _gate = new();
    private int _drawn;
    private int _told;

    public void Report(TransferProgress value)
    {
        lock (_gate)
        {
            if (terminal.ErrorIsTerminal)
            {
                Draw(value);
            }
            else if (value.BytesTotal is > 0 and var total && (int)(value.BytesDone * Tenths / total) is var tenth && tenth > _told)
            {
                _told = tenth;
                terminal.Say($"{what}: {Words(value)}");
            }
        }
    }

    /// <summary>Takes bytes as they are done, and shows their sum.</summary>
    public Action<long> Counter(long? total)
    {
        var done = 0L;
        return bytes => Report(new TransferProgress(Interlocked.Add(ref done, bytes), total, 0, 0, 1));
    }

    /// <summary>Takes the line away, so that what is said next begins on a clean one.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_drawn > 0)
            {
                terminal.Error.Profile.Out.Writer.Write("\r" + new string(' ', _drawn) + "\r");
                _drawn = 0;
            }
        }
    }

    /// <summary>The numbers of a transfer for people.</summary>
    public static string Words(TransferProgress value)
    {
        var done = value.BytesTotal is { } total
            ? string.Create(CultureInfo.InvariantCulture, $"{(total == 0 ? 100 : value.BytesDone * 100 / total)}% of {ByteSize.Format(total)}")
            : ByteSize.Format(value.BytesDone);
        var rate = value.BytesPerSecond > 0 ? $", {ByteSize.Format((long)value.BytesPerSecond)}/s" : "";
        var left = value.TimeLeft is { } time && value.BytesDone < value.BytesTotal ? $", {Span(time)} left" : "";
        var files = value.FilesTotal > 1 ? string.Create(CultureInfo.InvariantCulture, $", {value.FilesDone} of {value.FilesTotal} files") : "";
        return done + rate + left + files;
    }

    private static string Span(TimeSpan time) => time.TotalMinutes < 2 ? $"{Math.Max(1, (int)time.TotalSeconds)} s"
        : time.TotalHours < 2 ? $"{(int)time.TotalMinutes} min"
        : $"{(int)time.TotalHours} h";

    private void Draw(TransferProgress value)
    {
        var filled = value.BytesTotal is > 0 and var total ? (int)Math.Min(BarWidth, value.BytesDone * BarWidth / total) : 0;
        var line = $"{what}  {new string('━', filled)}{new string('─', BarWidth - filled)}  {Words(value)}";
        if (line.Length > terminal.Width - 1)
        {
            line = line[..(terminal.Width - 1)];
        }

        terminal.Error.Profile.Out.Writer.Write("\r" + line.PadRight(_drawn));
        _drawn = line.Length;
    }
}
