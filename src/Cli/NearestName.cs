namespace S3Auth.Cli;

/// <summary>Finds the name that a user probably meant.</summary>
internal static class NearestName
{
    private const int MaxTypos = 2;

    /// <summary>Returns the most similar name; null if none is similar.</summary>
    internal static string? Find(string typed, IEnumerable<string> names) => names
        .Select(name => (Name: name, Typos: CountTypos(typed, name)))
        .Where(one => one.Typos <= MaxTypos
            || (typed.Length > MaxTypos && one.Name.StartsWith(typed, StringComparison.Ordinal)))
        .OrderBy(one => one.Typos)
        .FirstOrDefault().Name;

    /// <summary>Counts letters to insert, delete, replace or swap (optimal string alignment distance).</summary>
    private static int CountTypos(string typed, string name)
    {
        var distance = new int[typed.Length + 1, name.Length + 1];
        for (var i = 0; i <= typed.Length; i++)
        {
            for (var j = 0; j <= name.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distance[i, j] = i + j;
                    continue;
                }

                var replaced = distance[i - 1, j - 1] + (typed[i - 1] == name[j - 1] ? 0 : 1);
                distance[i, j] = Math.Min(replaced, Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1);
                if (i > 1 && j > 1 && typed[i - 1] == name[j - 2] && typed[i - 2] == name[j - 1])
                {
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
                }
            }
        }

        return distance[typed.Length, name.Length];
    }
}
