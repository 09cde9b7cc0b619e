/** Where somebody works: address and the language that goes with it. */
export type Site = {
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly region: string;
  readonly streets: readonly string[];
  readonly postalCode: string;
  readonly dial: string;
  readonly language: string;
  readonly timezone: string;
};

const COUNTRIES: Readonly<Record<string, readonly [region: string, timezone: string]>> = {
  DE: ["DACH", "Europe/Berlin"],
  AT: ["DACH", "Europe/Vienna"],
  CH: ["DACH", "Europe/Zurich"],
  PL: ["EMEA", "Europe/Warsaw"],
  FR: ["EMEA", "Europe/Paris"],
  ES: ["EMEA", "Europe/Madrid"],
  GB: ["EMEA", "Europe/London"],
};

export const SITES: readonly Site[] = [
  site("Köln|Nordrhein-Westfalen|DE|50667|+49 221|de-DE", ["Hohe Straße", "Aachener Straße", "Ehrenstraße"]),
  site("München|Bayern|DE|80331|+49 89|de-DE", ["Sendlinger Straße", "Theatinerstraße", "Rosenheimer Straße"]),
  site("Hamburg|Hamburg|DE|20095|+49 40|de-DE", ["Mönckebergstraße", "Große Bleichen", "Lübecker Straße"]),
  site("Berlin|Berlin|DE|10115|+49 30|de-DE", ["Chausseestraße", "Invalidenstraße", "Schönhauser Allee"]),
  site("Düsseldorf|Nordrhein-Westfalen|DE|40213|+49 211|de-DE", ["Königsallee", "Flinger Straße"]),
  site("Leipzig|Sachsen|DE|04109|+49 341|de-DE", ["Petersstraße", "Käthe-Kollwitz-Straße"]),
  site("Wien|Wien|AT|1010|+43 1|de-AT", ["Kärntner Straße", "Wollzeile"]),
  site("Zürich|Zürich|CH|8001|+41 44|de-CH", ["Bahnhofstrasse", "Löwenstrasse"]),
  site("Kraków|Małopolskie|PL|31-042|+48 12|pl-PL", ["ulica Floriańska", "ulica Długa"]),
  site("Lyon|Auvergne-Rhône-Alpes|FR|69002|+33 4|fr-FR", ["Rue de la République", "Cours Lafayette"]),
  site("Málaga|Andalucía|ES|29015|+34 951|es-ES", ["Calle Larios", "Avenida de Andalucía"]),
  site("Leeds|England|GB|LS1 4AP|+44 113|en-GB", ["Park Row", "Wellington Street"]),
];

function site(text: string, streets: readonly string[]): Site {
  const [city = "", state = "", country = "", postalCode = "", dial = "", language = ""] = text.split("|");
  const [region = "EMEA", timezone = "UTC"] = COUNTRIES[country] ?? [];
  return { city, state, country, region, streets, postalCode, dial, language, timezone };
}

/** Departments with the jobs in them; the first job is the head's. */
export const DEPARTMENTS: readonly (readonly [name: string, division: string, jobs: readonly string[]])[] = [
  ["Vertrieb", "Markt", ["Leitung Vertrieb", "Account Manager", "Vertriebsassistenz", "Key Account Manager"]],
  ["Marketing", "Markt", ["Leitung Marketing", "Content Managerin", "Grafikdesigner"]],
  ["Forschung & Entwicklung", "Technik", ["Leitung Entwicklung", "Softwareentwickler", "Prüfingenieurin", "Architekt"]],
  ["Produktion", "Technik", ["Produktionsleitung", "Schichtführer", "Maschinenbediener", "Mechatronikerin"]],
  ["Qualitätssicherung", "Technik", ["Leitung QS", "Prüferin", "Auditor"]],
  ["IT", "Technik", ["Leitung IT", "Systemadministratorin", "Helpdesk", "Security Engineer"]],
  ["Personal", "Zentrale", ["Personalleitung", "Personalreferentin", "Recruiter"]],
  ["Finanzen", "Zentrale", ["Leitung Finanzen", "Buchhalterin", "Controller"]],
  ["Recht & Compliance", "Zentrale", ["Syndikus", "Datenschutzbeauftragte", "Compliance Officer"]],
  ["Einkauf", "Zentrale", ["Einkaufsleitung", "Einkäufer", "Strategische Einkäuferin"]],
  ["Logistik", "Technik", ["Lagerleitung", "Disponent", "Staplerfahrerin"]],
  ["Kundendienst", "Markt", ["Leitung Service", "Servicetechniker", "Kundenberaterin"]],
];

export const COMPANIES: readonly string[] = ["Musterwerk GmbH", "Musterwerk Österreich GmbH", "Musterwerk Services SE"];

export const PROJECTS: readonly string[] = ["Phönix", "Löwenzahn", "Nordlicht", "Weiße Elster", "Zürichsee", "Kolibri"];

export const GIVEN_NAMES: readonly string[] = (
  "Jürgen Käthe Björn Sören Jörg Günther Änne Zoë Anneliese Hans-Peter Karl-Heinz Anna-Lena Marie-Luise Lukas Leonie " +
  "Felix Sophie Maximilian Johanna Tobias Katharina Matthias Ulrike Stefan Sabine Andreas Claudia Florian Miriam Jonas " +
  "Emilia Paul Mia Łukasz Agnieszka Małgorzata Tomasz Şükrü Ayşe Mehmet Elif François Chloé Benoît Hélène José María " +
  "Íñigo Nuria Siobhán Liam Olivia Søren Åsa Nguyễn Linh Priya Arjun Yuki Chidi Zsófia Ondřej Đorđe"
).split(" ");

export const SURNAMES: readonly string[] = (
  "Müller Schäfer Größmann Weiß Köhler Jäger Böhm Krüger Voß Schröder Yıldırım Özdemir Wiśniewski Kowalczyk Dvořák " +
  "Novák Schmidt Schneider Fischer Weber Meyer Wagner Becker Hoffmann Koch Richter Klein Wolf Neumann Schwarz Zimmermann " +
  "Braun Hartmann Lange Krause Lehmann Dupont Lefèvre García Muñoz Fernández O'Brien MacDonald Smith Jørgensen Åkesson " +
  "Trần Sharma Tanaka Okafor Nagy Kovač von_der_Heide zu_Guttenstein van_den_Berg de_la_Cruz"
)
  .split(" ")
  .map((name) => name.replaceAll("_", " "));

export const PARTNERS: readonly string[] = ["zulieferer.example", "prueflabor.example", "agentur-sued.example"];
