using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Yaml;

namespace Escale.Explore.Questions;

/// <summary>
/// The questions of the project, each a file under <c>questions/</c>. A file is written only when what it says changes, and then only the lines that
/// must: comments and order stay their author's. Thread-safe.
/// </summary>
internal sealed partial class QuestionFiles(ProjectRoot root, DurableWriter writer)
{
    /// <summary>The folder.</summary>
    public const string Folder = "questions";

    private const int MostBytes = 1 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateTime Written, long Length, Question? Question, EscaleException? Error)> _read = new(StringComparer.Ordinal);

    /// <summary>All that can be read, by title; and what is wrong with the others.</summary>
    public (IReadOnlyList<Question> Questions, IReadOnlyList<EscaleException> Errors) All()
    {
        var folder = Path.Combine(root.Folder, Folder);
        var found = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.yml").Select(Path.GetFileNameWithoutExtension).OfType<string>().Where(id => IdPattern().IsMatch(id)).Select(Read).ToList()
            : [];
        return ([.. found.Select(one => one.Question).OfType<Question>().OrderBy(question => question.Title, StringComparer.OrdinalIgnoreCase)], [.. found.Select(one => one.Error).OfType<EscaleException>()]);
    }

    /// <summary>A question.</summary>
    /// <exception cref="EscaleException"><c>explore.question-not-found</c>, <c>explore.question-invalid</c>.</exception>
    public Question Get(string id)
    {
        var (question, error) = IdPattern().IsMatch(id) && File.Exists(PathOf(id)) ? Read(id) : (null, NotFound(id));
        return question ?? throw error!;
    }

    /// <summary>Keeps a new question under an id made from its title.</summary>
    public Question Add(Question question)
    {
        lock (_gate)
        {
            var stem = Slug(question.Title);
            var id = stem;
            for (var number = 2; File.Exists(PathOf(id)); number++)
            {
                id = $"{stem}-{number.ToString(CultureInfo.InvariantCulture)}";
            }
            return Write(question with { Id = id });
        }
    }

    /// <summary>Changes a question. Lines whose values stay are left alone, and a file that says the same already as a whole.</summary>
    /// <param name="question">The question as it shall be.</param>
    /// <param name="tag">The tag that its file must have, or null.</param>
    /// <returns>Whether the file was written.</returns>
    /// <exception cref="EscaleException"><c>explore.question-not-found</c>, <c>explore.question-changed-meanwhile</c>.</exception>
    public bool Change(Question question, string? tag = null)
    {
        lock (_gate)
        {
            Expect(question.Id, tag);
            if (Read(question.Id).Question is not { } old)
            {
                Write(question);
                return true;
            }
            if (Text(old) == Text(question))
            {
                return false;
            }
            Write(question, YamlSplice.Update(TextOf(question.Id), (Dictionary<string, object?>)JsonTree.Of(JsonSerializer.SerializeToElement(Tree(question)))!));
            return true;
        }
    }

    /// <summary>Another text whenever the file of a question changed.</summary>
    /// <exception cref="EscaleException"><c>explore.question-not-found</c>.</exception>
    public string TagOf(string id) => Fingerprint.Tag(IdPattern().IsMatch(id) && File.Exists(PathOf(id)) ? TextOf(id) : throw NotFound(id)).ToString();

    private void Expect(string id, string? tag)
    {
        if (tag is null ? !File.Exists(PathOf(id)) : TagOf(id) != tag)
        {
            throw tag is null ? NotFound(id) : new EscaleException("explore.question-changed-meanwhile", $"Somebody else changed the question {id} meanwhile.", "Load theirs, or keep yours as a copy.");
        }
    }

    private string TextOf(string id) => ProjectFile.ReadText(PathOf(id), root.Show(PathOf(id)), MostBytes);

    /// <summary>Takes a question away.</summary>
    /// <exception cref="EscaleException"><c>explore.question-not-found</c>.</exception>
    public void Remove(string id, string? tag = null)
    {
        lock (_gate)
        {
            Expect(IdPattern().IsMatch(id) ? id : throw NotFound(id), tag);
            File.Delete(PathOf(id));
            _read.Remove(id);
        }
    }

    /// <summary>The text of a question's file.</summary>
    public static string Text(Question question) => YamlWriter.Document(Tree(question));

    private static JsonObject Tree(Question question) => Without(JsonSerializer.SerializeToNode(question, Question.Json)!.AsObject());

    private static JsonObject Without(JsonObject map)
    {
        foreach (var key in map.Where(entry => entry.Value is JsonArray { Count: 0 } or JsonObject { Count: 0 } || (entry.Value is JsonValue value && value.TryGetValue<string>(out var text) && text.Length == 0)).Select(entry => entry.Key).ToList())
        {
            map.Remove(key);
        }
        return map;
    }

    private Question Write(Question question, string? text = null)
    {
        Check(question, question.Id);
        Directory.CreateDirectory(Path.Combine(root.Folder, Folder));
        writer.Write(PathOf(question.Id), Encoding.UTF8.GetBytes(text ?? Text(question)));
        _read.Remove(question.Id);
        return question;
    }

    private (Question? Question, EscaleException? Error) Read(string id)
    {
        lock (_gate)
        {
            var file = new FileInfo(PathOf(id));
            if (_read.TryGetValue(id, out var known) && known.Written == file.LastWriteTimeUtc && known.Length == file.Length)
            {
                return (known.Question, known.Error);
            }
            var (question, error) = Parse(id, file.FullName);
            _read[id] = (file.LastWriteTimeUtc, file.Length, question, error);
            return (question, error);
        }
    }

    private (Question? Question, EscaleException? Error) Parse(string id, string path)
    {
        try
        {
            var node = JsonSerializer.SerializeToNode(YamlFile.Read(root, path).AsMap("a question").ToValue());
            var question = node.Deserialize<Question>(Question.Json)! with { Id = id };
            Check(question, id);
            return (question, null);
        }
        catch (JsonException error)
        {
            return (null, Invalid(id, error.Message.Split(" Path:")[0]));
        }
        catch (EscaleException error)
        {
            return (null, error);
        }
    }

    private static void Check(Question question, string id)
    {
        if (question.Title.Trim().Length is 0 or > 300)
        {
            throw Invalid(id, "It has no title, or one of more than 300 characters.");
        }
        if ((question.Steps is null) == (question.Sql is null))
        {
            throw Invalid(id, "It needs either steps or sql.");
        }
    }

    private string PathOf(string id) => SafePath.Under(root.Folder, $"{Folder}/{id}.yml");

    private static EscaleException Invalid(string id, string what) => new("explore.question-invalid", $"The question {id} cannot be understood. {what}", "Correct its file.", new Place($"{Folder}/{id}.yml"));

    private static EscaleException NotFound(string id) => new("explore.question-not-found", $"There is no question '{id}'.", "See the list of questions.");

    // By hand: without culture data installed, strings cannot be decomposed.
    private const string Marked = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ";
    private const string Bare = "aaaaaaceeeeiiiinooooouuuuyy";

    private static string Slug(string title)
    {
        var plain = new StringBuilder();
        foreach (var marked in title.ToLowerInvariant())
        {
            var letter = Marked.IndexOf(marked, StringComparison.Ordinal) is >= 0 and var at ? Bare[at] : marked;
            if (char.IsAsciiLetterOrDigit(letter))
            {
                plain.Append(letter);
            }
            else if (plain.Length > 0 && plain[^1] != '-')
            {
                plain.Append('-');
            }
        }
        var slug = plain.ToString().Trim('-');
        return slug.Length == 0 ? "question" : slug.Length > 60 ? slug[..60].Trim('-') : slug;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,79}$")]
    private static partial Regex IdPattern();
}
