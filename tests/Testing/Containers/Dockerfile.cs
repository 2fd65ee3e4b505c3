using System.Text.Json;
using System.Text.RegularExpressions;

namespace S3Auth.Testing.Containers;

/// <summary>A Dockerfile as its stages and their instructions: as much of the language as ours uses.</summary>
public sealed partial record Dockerfile(IReadOnlyList<Dockerfile.Stage> Stages)
{
    /// <summary>The stage that becomes the image.</summary>
    public Stage Image => Stages[^1];

    public static Dockerfile Read(string path)
    {
        var lines = File.ReadLines(path).Where(line => !line.StartsWith('#') && line.Length > 0);
        var instructions = Continuation().Replace(string.Join('\n', lines), " ").Split('\n').Select(Instruction.Parse).ToList();
        var stages = new List<Stage>();
        foreach (var instruction in instructions)
        {
            if (instruction.Keyword == "FROM")
            {
                stages.Add(new Stage(instruction, []));
            }
            else
            {
                stages[^1].Instructions.Add(instruction);
            }
        }

        return new Dockerfile(stages);
    }

    [GeneratedRegex(@"\\\n\s*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Continuation();

    /// <summary>What begins with FROM.</summary>
    public sealed record Stage(Instruction From, IList<Instruction> Instructions)
    {
        public string BaseImage => From.Words[0];

        public string? Name => From.Words is [_, "AS", var name] ? name : null;

        /// <summary>What is copied from the repository, not from another stage.</summary>
        public IEnumerable<Instruction> CopiesFromRepository => All("COPY").Where(copy => !copy.Flags.ContainsKey("from"));

        public IEnumerable<Instruction> All(string keyword) => Instructions.Where(instruction => instruction.Keyword == keyword);

        public Instruction One(string keyword) => All(keyword).Single();
    }

    /// <summary>One instruction: its keyword, its flags (<c>--from=build</c>), and the rest of the line.</summary>
    public sealed partial record Instruction(string Keyword, IReadOnlyDictionary<string, string> Flags, string Rest)
    {
        public string[] Words => Rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        public static Instruction Parse(string line)
        {
            var keyword = line.Split(' ')[0];
            var rest = line[keyword.Length..].TrimStart();
            var flags = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var flag = Flag().Match(rest); flag.Success; flag = Flag().Match(rest))
            {
                flags[flag.Groups["name"].Value] = flag.Groups["value"].Value;
                rest = rest[flag.Length..];
            }

            return new Instruction(keyword, flags, rest);
        }

        /// <summary>The words of the form that is not given to a shell.</summary>
        public string[] Exec(string after = "") => JsonSerializer.Deserialize<string[]>(Rest[after.Length..]) ?? [];

        [GeneratedRegex(@"\A--(?<name>[a-z-]+)=(?<value>\S+)\s+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Flag();
    }
}
