using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace LlmKube.CrdGenerator;

/// <summary>The summaries of an assembly's documentation file, as plain text.</summary>
internal sealed class Descriptions
{
    private readonly Dictionary<string, string> _summaries;

    private Descriptions(Dictionary<string, string> summaries) => _summaries = summaries;

    /// <summary>Reads the file that the compiler wrote beside the assembly.</summary>
    public static Descriptions Of(Assembly assembly)
    {
        var path = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The descriptions of the fields are in {path}, which is missing. Build the project with its documentation file.", path);
        }

        var summaries = XDocument.Load(path)
            .Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => (string)member.Attribute("name")!, member => TextOf(member.Element("summary")!), StringComparer.Ordinal);
        return new Descriptions(summaries);
    }

    public string Of(Type type) => Get($"T:{type.FullName}");

    public string Of(PropertyInfo property) => Get($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private string Get(string member) =>
        _summaries.TryGetValue(member, out var summary) && summary.Length > 0
            ? summary
            : throw new InvalidOperationException($"{member} has no summary. Every field of a resource says what it means; write a doc comment.");

    private static string TextOf(XElement summary)
    {
        var text = new StringBuilder();
        foreach (var node in summary.DescendantNodes())
        {
            text.Append(node switch
            {
                XText part => part.Value,
                XElement { IsEmpty: true } element when element.Attribute("cref") is { } reference => LastNameOf(reference.Value),
                _ => "",
            });
        }

        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string LastNameOf(string reference) => reference[(reference.LastIndexOfAny(['.', ':']) + 1)..];
}
