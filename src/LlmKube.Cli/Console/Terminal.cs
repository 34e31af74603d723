using Spectre.Console;

namespace LlmKube.Cli.Console;

/// <summary>
/// The two streams of a command: data goes to <see cref="Out"/>, words for people to <see cref="Error"/>.
/// The only place that knows the process's console.
/// </summary>
internal sealed class Terminal
{
    /// <summary>A line for a file or a pipe is a line, however long.</summary>
    private const int NoWidth = 100_000;

    public Terminal(TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal, int width, bool color)
    {
        Out = output;
        OutIsTerminal = outputIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
        Width = width;
        Data = MakeConsole(output, outputIsTerminal && color, outputIsTerminal, width);
        Error = MakeConsole(error, errorIsTerminal && color, errorIsTerminal, errorIsTerminal ? width : NoWidth);
    }

    /// <summary>The plain data stream.</summary>
    public TextWriter Out { get; }

    /// <summary>The data stream with styles, for a person who looks at it.</summary>
    public IAnsiConsole Data { get; }

    public IAnsiConsole Error { get; }

    public bool OutIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    public int Width { get; }

    /// <summary>The process's own console; <c>NO_COLOR</c> is respected.</summary>
#pragma warning disable RS0030 // This is the CLI's console: the one place that may name System.Console.
    public static Terminal OfProcess()
    {
        var color = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
        var outIsTerminal = !System.Console.IsOutputRedirected;
        var output = new StreamWriter(System.Console.OpenStandardOutput(), new System.Text.UTF8Encoding(false)) { AutoFlush = true };
        var error = new StreamWriter(System.Console.OpenStandardError(), new System.Text.UTF8Encoding(false)) { AutoFlush = true };
        return new Terminal(output, error, outIsTerminal, !System.Console.IsErrorRedirected, outIsTerminal || !System.Console.IsErrorRedirected ? Math.Max(40, System.Console.WindowWidth) : 200, color);
    }

    /// <summary>A line typed by a person, or null at the end of the input.</summary>
    public static string? ReadLine() => System.Console.In.ReadLine();

    /// <summary>What is piped in, as bytes.</summary>
    public static Stream OpenInput() => System.Console.OpenStandardInput();

    /// <summary>True when a person can type.</summary>
    public static bool InputIsTerminal => !System.Console.IsInputRedirected;
#pragma warning restore RS0030

    /// <summary>A line for people.</summary>
    public void Say(string line) => Error.WriteLine(line);

    /// <summary>A line for people, with Spectre's markup.</summary>
    public void SayMarkup(string markup) => Error.MarkupLine(markup);

    private static IAnsiConsole MakeConsole(TextWriter writer, bool color, bool interactive, int width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        return console;
    }
}
