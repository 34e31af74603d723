using System.Globalization;
using System.Text;

namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>
/// Reads a file of cases. A line that starts a step decides by its first word:
/// <code>
/// == name                  a new case
/// -- file                  the lines up to the next step are this file; "-- file x80" has them 80 times, ${I} counting
/// since 1.25               Kubernetes does so from this version on
/// use things               a custom kind of the case's own (things.yaml) is in place
/// $ kubectl …              run it; NAME=value before it sets the environment, &lt; file after it is standard input
/// $~ kubectl …             run it again until the expectations below it are met
/// &amp;name kubectl …          start it in the background
/// wait name regex          wait until the background command's output matches
/// stop name                end it; expectations below it see all of its output
/// # text                   a remark
/// </code>
/// and below a command, what is expected of it:
/// <code>
/// > text                   this is the whole output (one line each)
/// ~ regex, !~ regex        the output matches, or does not
/// 2~ regex, 2!~ regex      so does standard error
/// ? 1                      the exit code (else 0)
/// = /pointer json          the printed JSON has this value there (# counts); without a value: has nothing there
/// => NAME                  keep the output as ${NAME}
/// </code>
/// </summary>
internal sealed class CaseReader(string file)
{
    private static readonly string[] s_stepStarts = ["== ", "-- ", "$ ", "$~ ", "&", "wait ", "stop ", "use ", "since ", "# "];

    private readonly List<Case> _cases = [];
    private string? _name;
    private List<Step> _steps = [];
    private Version? _since;

    public static IReadOnlyList<Case> Read(string file, string text) => new CaseReader(file).Read(text.ReplaceLineEndings("\n").Split('\n'));

    private List<Case> Read(string[] lines)
    {
        for (var i = 0; i < lines.Length;)
        {
            i = ReadStep(lines, i);
        }

        EndCase();
        return _cases;
    }

    private int ReadStep(string[] lines, int at)
    {
        var line = lines[at];
        var number = at + 1;
        var (word, rest) = Split(line);
        switch (word)
        {
            case "" or "#":
                return at + 1;
            case "==":
                EndCase();
                _name = rest;
                return at + 1;
            case "--":
                return ReadFile(lines, at, rest);
            case "since":
                _since = Version.Parse(rest);
                return at + 1;
            case "use" when rest == "things":
                UseThings(number);
                return at + 1;
            case "$" or "$~":
                var next = ReadExpectations(lines, at + 1, out var expectations);
                _steps.Add(new Step.Run(number, rest, word == "$~", expectations));
                return next;
            case "wait":
                var (waited, pattern) = Split(rest);
                _steps.Add(new Step.Await(number, waited, pattern));
                return at + 1;
            case "stop":
                var after = ReadExpectations(lines, at + 1, out var ofAll);
                _steps.Add(new Step.Stop(number, rest, ofAll));
                return after;
            case { } when word.StartsWith('&'):
                _steps.Add(new Step.Start(number, rest, word[1..]));
                return at + 1;
            default:
                throw Malformed(number, line);
        }
    }

    private int ReadFile(string[] lines, int at, string name)
    {
        var content = new StringBuilder();
        var i = at + 1;
        for (; i < lines.Length && !s_stepStarts.Any(start => lines[i].StartsWith(start, StringComparison.Ordinal)); i++)
        {
            content.Append(lines[i]).Append('\n');
        }

        var (file, times) = Split(name);
        var count = times.StartsWith('x') ? int.Parse(times[1..], CultureInfo.InvariantCulture) : 1;
        var text = string.Concat(Enumerable.Range(1, count).Select(n => content.ToString().Replace("${I}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        _steps.Add(new Step.WriteFile(at + 1, file, text));
        return i;
    }

    private void UseThings(int line)
    {
        IReadOnlyList<Expectation> succeeds = [new Expectation.ExitsWith(0)];
        _steps.Add(new Step.Run(line, "kubectl apply -f things.yaml", Eventually: false, succeeds));
        _steps.Add(new Step.Run(line, "kubectl wait --for=condition=Established crd/things.${GROUP} --timeout=20s", Eventually: false, succeeds));
        // A server may tell of a new kind a little later than it establishes it.
        _steps.Add(new Step.Run(line, "kubectl get things.${GROUP}", Eventually: true, succeeds));
    }

    private int ReadExpectations(string[] lines, int at, out IReadOnlyList<Expectation> expectations)
    {
        var result = new List<Expectation>();
        var printed = new List<string>();
        for (; at < lines.Length && lines[at].Length > 0; at++)
        {
            var (word, rest) = Split(lines[at]);
            if (word == ">")
            {
                printed.Add(rest);
            }
            else if (ReadExpectation(word, rest, at + 1) is { } expectation)
            {
                result.Add(expectation);
            }
            else
            {
                break;
            }
        }

        if (printed.Count > 0)
        {
            result.Insert(0, new Expectation.Prints(string.Join('\n', printed)));
        }

        if (!result.OfType<Expectation.ExitsWith>().Any())
        {
            result.Insert(0, new Expectation.ExitsWith(0));
        }

        expectations = result;
        return at;
    }

    private Expectation? ReadExpectation(string word, string rest, int line)
    {
        switch (word)
        {
            case "~":
                return new Expectation.Matches(rest, InError: false, Wanted: true);
            case "!~":
                return new Expectation.Matches(rest, InError: false, Wanted: false);
            case "2~":
                return new Expectation.Matches(rest, InError: true, Wanted: true);
            case "2!~":
                return new Expectation.Matches(rest, InError: true, Wanted: false);
            case "?":
                return int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? new Expectation.ExitsWith(code) : throw Malformed(line, rest);
            case "=":
                var (pointer, value) = Split(rest);
                return new Expectation.HasJson(pointer, value.Length == 0 ? null : value);
            case "=>":
                return new Expectation.Keeps(rest);
            default:
                return null;
        }
    }

    private void EndCase()
    {
        if (_name is not null)
        {
            _cases.Add(new Case(file, _name, _steps) { Since = _since });
        }

        _since = null;
        _steps = [];
    }

    private InvalidDataException Malformed(int line, string text) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{file} line {line} is no step and no expectation: {text}"));

    private static (string Word, string Text) Split(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim());
    }
}
