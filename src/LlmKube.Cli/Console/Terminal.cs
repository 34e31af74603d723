using LlmKube.Cli.Attached;
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
        Color = color;
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

    public bool Color { get; }

    /// <summary>The process's own console; <c>NO_COLOR</c> is respected.</summary>
#pragma warning disable RS0030 // This is the CLI's console: the one place that may name System.Console.
    public static Terminal OfProcess(Greeting? greeting = null)
    {
        var color = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
        var outIsTerminal = greeting?.OutputIsTerminal ?? !System.Console.IsOutputRedirected;
        var errorIsTerminal = greeting?.ErrorIsTerminal ?? !System.Console.IsErrorRedirected;
        var output = new StreamWriter(System.Console.OpenStandardOutput(), new System.Text.UTF8Encoding(false)) { AutoFlush = true };
        var error = new StreamWriter(System.Console.OpenStandardError(), new System.Text.UTF8Encoding(false)) { AutoFlush = true };
        var width = !outIsTerminal && !errorIsTerminal ? 200 : Math.Max(40, greeting?.Width ?? System.Console.WindowWidth);
        return new Terminal(output, error, outIsTerminal, errorIsTerminal, width, greeting?.Color ?? color)
        {
            OpenInput = greeting is null ? OpenProcessInput : () => new FramedStream(OpenProcessInput()),
        };
    }

    /// <summary>A line typed by a person, or null at the end of the input.</summary>
    public static string? ReadLine() => System.Console.In.ReadLine();

    /// <summary>The process's own input, as bytes.</summary>
    public static Stream OpenProcessInput() => System.Console.OpenStandardInput();

    /// <summary>The process's own output, as bytes.</summary>
    public static Stream OpenOutput() => System.Console.OpenStandardOutput();

    /// <summary>True when a person can type.</summary>
    public static bool InputIsTerminal => !System.Console.IsInputRedirected;
#pragma warning restore RS0030

    /// <summary>What is piped in, as bytes.</summary>
    public Func<Stream> OpenInput { get; init; } = OpenProcessInput;

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
