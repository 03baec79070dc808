"""French titles and definitions of the named results, and the questions, whose own are English.

Keyed by the name of the result; a name that ends in ``*`` stands for all that begin like it, and
``{rest}`` for what follows. A result without an entry keeps its English words.
"""

from __future__ import annotations

from gigawatt.report.words_fr import typeset

_WORDS: dict[str, tuple[str, str]] = {
    "first_gw_in_service_date": (
        "Premier gigawatt en service",
        "Jour où 1 GW de puissance d’installation du programme est en service : baies "
        "réceptionnées et alimentation garantie. Dans les percentiles, un tirage qui n’y arrive "
        "jamais compte comme plus tardif que toute date.",
    ),
    "probability_first_gw_by_2026_12_31": (
        "Probabilité d’un gigawatt complet en service avant la fin de 2026",
        "Part des tirages où 1 000 MW de puissance d’installation sont en service (baies "
        "réceptionnées, alimentation garantie) avant le 1er janvier 2027.",
    ),
    "tenth_gw_in_service_date": (
        "Dixième gigawatt en service",
        "Comme le premier, pour 10 GW.",
    ),
    "packages_per_gw": (
        "Modules accélérateurs par gigawatt",
        "Modules de tous les blocs rapportés à leur puissance d’installation ; un module est un "
        "boîtier (deux puces pour Vera Rubin, quatre pour Rubin Ultra).",
    ),
    "packages_per_gw_*": (
        "Modules par gigawatt de {rest}",
        "De même, pour les seuls blocs équipés de {rest}.",
    ),
    "racks_per_week_peak": (
        "Baies par semaine, en pointe",
        "Plus grand nombre de baies livrées par semaine, en moyenne sur trois mois.",
    ),
    "capex_usd_per_gw": (
        "Coût d’investissement par gigawatt",
        "Dollars de la date de connaissance par GW d’installation, informatique comprise : "
        "systèmes, réseau, stockage et nœuds CPU, bâtiment, électricité et refroidissement, frais "
        "annexes ; pondéré par les mégawatts.",
    ),
    "tranche_released_usd": (
        "Fonds propres versés par jalon",
        "Fonds propres versés dans l’année au titre des jalons, le mois après que la puissance en "
        "service du programme a atteint chaque palier.",
    ),
    "binding_constraint_share": (
        "Ce qui retarde",
        "Part des mégawatts mis en service dans l’année, sur tous les tirages, pour lesquels cet "
        "élément était le dernier prêt.",
    ),
    "tokens_per_day_per_gw": (
        "Tokens de sortie par jour d’un gigawatt",
        "Tokens de sortie par jour si tous les modules d’un GW d’installation du système principal "
        "servaient les charges d’inférence, le mois où le premier GW est en service ; pannes et "
        "marge pour les pointes déduites. Conditions : voir le tableau des débits.",
    ),
    "training_flop_100_days_per_gw": (
        "Calcul d’entraînement d’un gigawatt en 100 jours",
        "FLOP du modèle si tous les modules d’un GW d’installation du système principal "
        "entraînaient pendant 100 jours, le même mois ; pannes et redémarrages déduits, recalculs "
        "non comptés.",
    ),
    "energy_twh_per_year": (
        "Électricité",
        "Énergie aux compteurs des sites dans l’année civile.",
    ),
    "co2_mt_per_year": (
        "Carbone d’exploitation",
        "CO₂ de l’électricité du réseau à son intensité moyenne et des centrales sur site à la "
        "cheminée.",
    ),
    "funding_gap_peak_usd": (
        "Besoin de financement non couvert, au plus haut",
        "Plus grand encours du financement relais : dépenses d’investissement qu’aucun instrument "
        "nommé du programme ne couvre.",
    ),
    "facility_gw_in_service_by_year_end": (
        "Puissance d’installation en service en fin d’année",
        "Puissance d’installation de tous les blocs en service au 31 décembre.",
    ),
    "load_factor_by_year": (
        "Facteur de charge",
        "Énergie aux compteurs rapportée à celle de la puissance d’installation en service à "
        "pleine charge ; inférieur à 1 par la marge de l’inférence, l’inactivité, les phases du "
        "travail et un PUE moyen inférieur à celui de conception. Seuls comptent les tirages avec "
        "de la puissance en service.",
    ),
    "token_price_by_year": (
        "Prix d’un million de tokens",
        "Invites et réponses ensemble : ce que le marché gagne par gigawatt et par an, sur les "
        "tokens qu’un gigawatt de son propre parc vend en un an selon le même modèle d’inférence ; "
        "il baisse à mesure que ce parc s’améliore. Les conditions (modèle, longueurs, vitesse par "
        "utilisateur) sont celles des charges d’inférence.",
    ),
    "token_cost_by_year": (
        "Coût d’un million de tokens",
        "Coût complet de la capacité d’inférence du programme sur les tokens vendus, invites et "
        "réponses ensemble : systèmes et site en annuités, entretien, énergie ; inactivité et "
        "pannes comprises.",
    ),
    "token_revenue_per_gw_year": (
        "Recettes d’un gigawatt en un an, par les tokens",
        "Tokens vendus x prix, sur les GW d’installation en service, capacité d’entraînement "
        "comprise, qui ne vend rien. Le grand livre les compte sauf si le revenue_basis du "
        "programme est gw_year.",
    ),
    "capacity_revenue_per_gw_year": (
        "Recettes d’un gigawatt en un an, par la capacité",
        "L’ancrage, de 8 à 13 Md $ par GW et par an comme une société les a gagnés de 2023 à 2025, "
        "fois l’emploi rapporté à celui de ces années. Le grand livre les compte quand le "
        "revenue_basis du programme est gw_year.",
    ),
    "share_of_world_stock": (
        "Part du parc mondial de calcul IA",
        "Parc du programme rapporté au parc mondial, programme compris, en équivalents H100, en "
        "fin d’année.",
    ),
}

_QUESTIONS: dict[int, str] = {
    1: "Le premier gigawatt sera-t-il en service avant la fin de 2026, et sinon, quand ?",
    2: "Quand le dixième gigawatt entre-t-il en service, et quelle puissance l’est à la fin de "
    "chaque année ?",
    3: "Quelles sont, chaque année, les trois contraintes qui fixent les dates ?",
    4: "Que gagne-t-on à commander transformateurs et appareillage 8 mois plus tôt ?",
    5: "Réseau ou gaz sur site pour un site ?",
    6: "Combien de baies par semaine faut-il, et quelle part de l’offre mondiale de Rubin est-ce ?",
    7: "Que coûtent un gigawatt et le programme entier, par poste et par année ?",
    8: "Qui paie qui, par trimestre, jusqu’en 2032 ?",
    9: "Quelle part des 100 Md $ est versée, à quelle date, et quelle participation "
    "achète-t-elle ?",
    10: "À quel point l’accord est-il circulaire ?",
    11: "Quelle dette porte un site de 1 GW avec un taux de couverture de 1,3, et quelle est la "
    "probabilité de défaut ?",
    12: "Et si le matériel dure 3 ans, si le prix de l’heure de GPU baisse de 40 % par an, ou si "
    "le locataire part ?",
    13: "Que coûtent une heure de GPU et un million de tokens en 2027 ?",
    14: "Que peut entraîner un gigawatt en 100 jours ?",
    15: "Combien de tokens par jour un gigawatt peut-il servir, et la demande le remplit-elle ?",
    16: "Quels sont la courbe de charge, les rampes et la pointe d’un campus, de 2027 à 2030 ?",
    17: "Que paient les autres clients si la charge arrive en retard ou s’en va ?",
    18: "Quels sont le carbone et l’eau du programme, selon trois bouquets d’approvisionnement ?",
    19: "À quel point le calcul IA mondial est-il concentré avant et après, par détenteur et par "
    "utilisateur ?",
    20: "« 10 GW = 4 à 5 millions de GPU = 100 Md $ » est-il cohérent, et selon quelle lecture ?",
}

QUESTIONS: dict[int, str] = {number: typeset(text) for number, text in _QUESTIONS.items()}
ANSWERS: dict[str, tuple[str, str]] = {
    name: (typeset(title), typeset(definition)) for name, (title, definition) in _WORDS.items()
}


def answer_words(name: str) -> tuple[str, str] | None:
    """Title and definition of a named result in French, or None where there are none."""
    if name in ANSWERS:
        return ANSWERS[name]
    for pattern, (title, definition) in ANSWERS.items():
        stem = pattern.removesuffix("*")
        if stem != pattern and name.startswith(stem):
            rest = name.removeprefix(stem)
            return title.format(rest=rest), definition.format(rest=rest)
    return None
